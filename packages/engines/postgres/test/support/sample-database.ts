/** Some of everything that a database can hold, with names that are hard to quote. */
export const sampleSql = String.raw`
  CREATE EXTENSION IF NOT EXISTS pgcrypto;
  CREATE SCHEMA "odd ""schema"" = 1";
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s fine');
  CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
  CREATE TABLE customers (
    id serial PRIMARY KEY, name text NOT NULL, state varchar(10) CHECK (state IN ('new', 'old')), mood mood, size positive,
    full_name text GENERATED ALWAYS AS (name || '!') STORED, seen timestamptz, span interval, amount numeric, share float8, raw bytea);
  CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer integer REFERENCES customers, t text, notes jsonb);
  CREATE TABLE empty_table (a integer);
  CREATE TABLE no_columns ();
  INSERT INTO no_columns DEFAULT VALUES;
  CREATE TABLE places (name text);
  CREATE TABLE capitals (state text) INHERITS (places);
  ALTER TABLE places ADD COLUMN height integer;
  INSERT INTO capitals VALUES ('Bern', 'BE', 540);
  CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v text);
  INSERT INTO cache VALUES ('a', 'b');
  CREATE TABLE events (at date NOT NULL, what text, t integer) PARTITION BY RANGE (at);
  CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
  CREATE INDEX ON events (what);
  INSERT INTO events SELECT date '2025-11-01' + i, 'event ' || i, i FROM generate_series(1, 100) i;
  CREATE TABLE "odd ""schema"" = 1"."table with = and 'quotes' and ""double"" ones
and a line break" ("column ""x""" text, "ü" text);
  INSERT INTO "odd ""schema"" = 1"."table with = and 'quotes' and ""double"" ones
and a line break" VALUES (E'a\tb\\c\nd', 'ß'), (NULL, '');
  CREATE TABLE "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüä" ("t" integer);
  INSERT INTO "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüä" VALUES (1);
  INSERT INTO customers (name, state, mood, size, seen, span, amount, share, raw)
    SELECT 'customer ' || i, CASE i % 2 WHEN 0 THEN 'new' ELSE 'old' END, 'it''s fine', i, timestamptz '2026-01-01 12:00+02' + i * interval '1 hour',
      i * interval '1 month 2 days', i / 7.0, i / 3.0::float8, decode(md5(i::text), 'hex') FROM generate_series(1, 500) i;
  INSERT INTO orders (customer, t, notes) SELECT i, 'order ' || i, jsonb_build_object('n', i) FROM generate_series(1, 500) i;
  ALTER TABLE customers ADD COLUMN dropped integer;
  ALTER TABLE customers DROP COLUMN dropped;
  ALTER TABLE orders ADD CONSTRAINT short CHECK (length(t) < 8) NOT VALID;
  CREATE VIEW old_customers AS SELECT id, name FROM customers WHERE state IN ('old', 'new') WITH LOCAL CHECK OPTION;
  CREATE MATERIALIZED VIEW totals AS SELECT state, count(*) FROM customers GROUP BY state;
  CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
  CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.t := NEW.t; RETURN NEW; END $$;
  CREATE TRIGGER stamped BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION stamp();
  CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
  CREATE STATISTICS correlated ON state, mood FROM customers;
  CREATE SEQUENCE tickets START 100 INCREMENT 10;
  SELECT nextval('tickets');
  COMMENT ON TABLE customers IS 'who buys';
  SELECT lo_from_bytea(0, convert_to(repeat('large object ', 100000), 'UTF8'));
  SELECT lo_from_bytea(0, '');
  ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
  CREATE POLICY everyone ON customers USING (true);
`;
