-- One row for each service line of an ExplanationOfBenefit.
WITH line AS (
  SELECT identifier[1].value AS claim, patient.reference AS patient, type.coding[1].code AS claim_type,
         unnest(item) AS item
  FROM input
)
SELECT
  claim,
  patient,
  claim_type,
  item.sequence AS line,
  item.productOrService.coding[1].code AS procedure_code,
  item.revenue.coding[1].code AS revenue_code,
  item.quantity.value AS quantity,
  list_filter(item.adjudication, lambda a: a.category.coding[1].code = 'submitted')[1].amount.value AS submitted_usd
FROM line
ORDER BY claim, line
