-- A partner may get another id: what refers to it follows, in the same transaction.
ALTER TABLE login
  DROP CONSTRAINT login_partner_fkey,
  ADD CONSTRAINT login_partner_fkey FOREIGN KEY (partner) REFERENCES partner (id) ON UPDATE CASCADE;
ALTER TABLE folder
  DROP CONSTRAINT folder_partner_fkey,
  ADD CONSTRAINT folder_partner_fkey FOREIGN KEY (partner) REFERENCES partner (id) ON UPDATE CASCADE;
ALTER TABLE destination
  DROP CONSTRAINT destination_partner_fkey,
  ADD CONSTRAINT destination_partner_fkey FOREIGN KEY (partner) REFERENCES partner (id) ON UPDATE CASCADE;
ALTER TABLE subscription
  DROP CONSTRAINT subscription_partner_fkey,
  ADD CONSTRAINT subscription_partner_fkey FOREIGN KEY (partner) REFERENCES partner (id) ON UPDATE CASCADE;
ALTER TABLE transfer
  DROP CONSTRAINT transfer_partner_fkey,
  ADD CONSTRAINT transfer_partner_fkey FOREIGN KEY (partner) REFERENCES partner (id) ON UPDATE CASCADE;
-- Its id begins with the partner's.
ALTER TABLE delivery
  DROP CONSTRAINT delivery_subscription_fkey,
  ADD CONSTRAINT delivery_subscription_fkey FOREIGN KEY (subscription) REFERENCES subscription (id) ON UPDATE CASCADE;

-- Without them, a rename reads every transfer and delivery there ever was, once for each row that refers to them.
CREATE INDEX transfer_of_partner ON transfer (partner);
CREATE INDEX delivery_of_subscription ON delivery (subscription);
