-- A card that a payment has reached is proven: its holder has shown, beyond a
-- number that anybody could type, that money arrives there.

-- +goose Up
ALTER TABLE cards ADD COLUMN proven_at timestamptz;

UPDATE cards c
SET proven_at = d.at
FROM (
    SELECT card_id, min(changed_at) AS at FROM credits WHERE state = 'done' AND amount > withheld GROUP BY card_id
) d
WHERE d.card_id = c.id;
