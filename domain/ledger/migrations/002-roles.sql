-- Who may do what in the database. Both roles log in with IAM tokens, so neither has a password.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quayside_authorize') THEN
    CREATE ROLE quayside_authorize LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quayside_service') THEN
    CREATE ROLE quayside_service LOGIN;
  END IF;
END $$;

GRANT rds_iam TO quayside_authorize, quayside_service;

-- authorize answers logins: it reads entitlements and can change nothing.
GRANT SELECT ON partner, login, folder TO quayside_authorize;

-- Everything else moves the ledger on. Nobody deletes history.
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO quayside_service;
GRANT DELETE ON login, folder, drain TO quayside_service;
REVOKE INSERT, UPDATE ON allowed_move, migration FROM quayside_service;
REVOKE UPDATE ON state_change FROM quayside_service;
