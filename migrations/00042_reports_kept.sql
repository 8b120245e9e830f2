-- Reports that are not sent are few among all that were: counted every morning.

-- +goose Up
CREATE INDEX reports_unsent ON reports (due_at) WHERE done_at IS NULL;
