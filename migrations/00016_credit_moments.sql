-- When money went to a card, and when a card first refused it: reports of a
-- time that is over say the same whenever they are made.

-- +goose Up
ALTER TABLE credits
    ADD COLUMN paid_at    timestamptz, -- done, or found to have arrived; it stays when the payment is reversed later
    ADD COLUMN refused_at timestamptz; -- the first time
UPDATE credits SET paid_at = changed_at WHERE state IN ('done', 'recall');
UPDATE credits SET refused_at = changed_at WHERE state = 'refused';

CREATE INDEX breaks_merchant ON breaks (merchant_id, first_seen);
