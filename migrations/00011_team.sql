-- Which outlets a member works in, and how members come and go.

-- +goose Up

-- No row: all outlets. Owners have none.
ALTER TABLE outlets ADD CONSTRAINT outlets_of_merchant UNIQUE (merchant_id, id);
CREATE TABLE member_outlets (
    merchant_id bigint NOT NULL,
    person_id   bigint NOT NULL,
    outlet_id   bigint NOT NULL,
    CONSTRAINT member_outlets_pkey PRIMARY KEY (merchant_id, person_id, outlet_id),
    CONSTRAINT member_outlets_member FOREIGN KEY (merchant_id, person_id) REFERENCES members ON DELETE CASCADE,
    CONSTRAINT member_outlets_outlet FOREIGN KEY (merchant_id, outlet_id) REFERENCES outlets (merchant_id, id)
);

-- What payments.Person.Sees says.
-- +goose StatementBegin
CREATE FUNCTION member_sees(merchant bigint, person bigint, outlet bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT COALESCE(bool_or(m.role = 'owner'
        OR NOT EXISTS (SELECT FROM member_outlets s WHERE s.merchant_id = m.merchant_id AND s.person_id = m.person_id)
        OR EXISTS (SELECT FROM member_outlets s
            WHERE s.merchant_id = m.merchant_id AND s.person_id = m.person_id AND s.outlet_id = outlet)), false)
    FROM members m WHERE m.merchant_id = merchant AND m.person_id = person
$$;
-- +goose StatementEnd
