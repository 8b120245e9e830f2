-- What was in a file is remembered for a time. Rows come file by file, so that
-- a summary of their places finds those of old files.

-- +goose Up
CREATE INDEX clearing_rows_file ON clearing_rows USING brin (file_id) WITH (autosummarize = on);
