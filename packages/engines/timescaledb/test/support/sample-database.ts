/** Hypertables of every kind that the Apache edition has, beside plain tables; one of them has a hundred chunks. */
export const sampleSql: string = `
  CREATE TABLE devices (id int PRIMARY KEY, name text NOT NULL);
  INSERT INTO devices SELECT i, 'device ' || i FROM generate_series(0, 19) i;
  CREATE TABLE readings (at timestamptz NOT NULL, device int NOT NULL REFERENCES devices, value float8, note text);
  SELECT create_hypertable('readings', 'at', chunk_time_interval => interval '1 day');
  CREATE INDEX readings_by_device ON readings (device, at DESC);
  INSERT INTO readings SELECT timestamptz '2026-01-01 00:30+00' + i * interval '1 hour', i % 20, sin(i), 'note ' || i
    FROM generate_series(0, 2399) i;

  CREATE TABLE counters (tick int NOT NULL, place text NOT NULL, n bigint, UNIQUE (tick, place));
  SELECT create_hypertable('counters', 'tick', chunk_time_interval => 1000);
  SELECT add_dimension('counters', 'place', number_partitions => 3);
  INSERT INTO counters SELECT i, 'place ' || i % 11, i FROM generate_series(1, 3000) i;
  CREATE FUNCTION newest_tick() RETURNS int LANGUAGE sql STABLE AS 'SELECT coalesce(max(tick), 0) FROM public.counters';
  SELECT set_integer_now_func('counters', 'newest_tick');

  CREATE SCHEMA "Odd ""one""";
  CREATE TABLE "Odd ""one"""."Messwerte = ü" ("Zeit" date NOT NULL, "Wert" numeric CHECK ("Wert" > 0));
  SELECT create_hypertable('"Odd ""one"""."Messwerte = ü"', 'Zeit', chunk_time_interval => interval '7 days');
  INSERT INTO "Odd ""one"""."Messwerte = ü" SELECT date '2026-01-01' + i, i + 0.5 FROM generate_series(0, 30) i;

  CREATE TABLE nothing_yet (at timestamp NOT NULL, v int);
  SELECT create_hypertable('nothing_yet', 'at');
  CREATE VIEW latest AS SELECT device, max(at) AS at FROM readings GROUP BY device;
`;

/** What needs the community edition: compression, continuous aggregates one upon the other, policies and actions. */
export const communitySql: string = `
  ALTER TABLE readings SET (timescaledb.compress, timescaledb.compress_segmentby = 'device', timescaledb.compress_orderby = 'at DESC');
  SELECT count(compress_chunk(c)) FROM show_chunks('readings', older_than => timestamptz '2026-03-01') c;
  INSERT INTO readings VALUES ('2026-01-05 00:10+00', 3, 42, 'late, in a chunk that is compressed');
  CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', at) AS day, device, avg(value) AS mean, count(*) AS n FROM readings GROUP BY 1, 2 WITH NO DATA;
  CALL refresh_continuous_aggregate('daily', NULL, NULL);
  CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket('7 days', day) AS week, sum(n) AS n FROM daily GROUP BY 1 WITH NO DATA;
  CALL refresh_continuous_aggregate('weekly', NULL, NULL);
  SELECT add_retention_policy('readings', interval '20 years');
  SELECT add_compression_policy('readings', interval '10 years');
  SELECT add_continuous_aggregate_policy('daily', start_offset => interval '20 years', end_offset => interval '19 years',
    schedule_interval => interval '1 hour');
  CREATE PROCEDURE act(job_id int, config jsonb) LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', config; END $$;
  SELECT alter_job(add_job('act', '2 hours', config => '{"keep": 7}'), scheduled => false);
`;
