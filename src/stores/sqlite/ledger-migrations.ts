/**
 * The tables of the ledger, step by step; see `migrate.ts`.
 *
 * - `ledger_text`: texts that repeat; 0 is the empty one.
 * - `ledger_series`: what rows have in common that are added up together. `tags` is a JSON object with sorted names, or
 *   empty where it stands for rows with any tags.
 * - `ledger_row`: one call, or one request that was answered or refused without a call.
 * - `ledger_sum`: rows added up by series and stretch of time; see `ledger-grain.ts`. Money is in nano-dollars. A
 *   `price_source` of 0 is a sum over several sources.
 * - `ledger_block`: sums of `ledger_sum` once more, packed; see `ledger-block.ts`. A migration that changes columns of sums
 *   empties it.
 * - `ledger_state`: one row: since when rows and hours are kept, before which day tags are bounded, and from which day to
 *   which hour there are coarse sums. Rows up to `summed_row_id` are in the sums, and those after it in none.
 * - `ledger_alert`: alerts as JSON, and where they have still to be sent.
 * - `ledger`: the rows for people, with all texts.
 */
export const LEDGER_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE ledger_text (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  INSERT INTO ledger_text VALUES (0, '');

  CREATE TABLE ledger_series (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    tags TEXT NOT NULL,
    UNIQUE (tenant, provider, model, tags)
  ) STRICT;

  CREATE TABLE ledger_row (
    id INTEGER PRIMARY KEY,
    wall_ms INTEGER NOT NULL,
    series INTEGER NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    task_type INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cached_input_tokens INTEGER,
    cache_write_input_tokens INTEGER,
    reasoning_tokens INTEGER,
    total_tokens INTEGER,
    is_estimated INTEGER NOT NULL,
    input_nano_usd INTEGER,
    output_nano_usd INTEGER,
    total_nano_usd INTEGER,
    price_source INTEGER,
    reserved_tokens INTEGER NOT NULL,
    waited_us INTEGER NOT NULL,
    is_rate_limit_wait INTEGER NOT NULL,
    latency_us INTEGER,
    is_fallback INTEGER NOT NULL,
    is_rate_limit_fallback INTEGER NOT NULL,
    is_last INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    trace_id TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ledger_row_wall_ms ON ledger_row (wall_ms);

  CREATE TABLE ledger_sum (
    grain INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    series INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    primary_requests INTEGER NOT NULL,
    fallback_requests INTEGER NOT NULL,
    rate_limit_waits INTEGER NOT NULL,
    rate_limit_fallbacks INTEGER NOT NULL,
    scheduled_waits INTEGER NOT NULL,
    wait_timeouts INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    cache_hits INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    estimated_calls INTEGER NOT NULL,
    priced_calls INTEGER NOT NULL,
    latency_us INTEGER NOT NULL,
    latency_calls INTEGER NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cached_input_tokens INTEGER,
    cache_write_input_tokens INTEGER,
    reasoning_tokens INTEGER,
    total_tokens INTEGER,
    input_nano_usd INTEGER NOT NULL,
    output_nano_usd INTEGER NOT NULL,
    total_nano_usd INTEGER NOT NULL,
    price_source INTEGER,
    PRIMARY KEY (grain, start_ms, series)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ledger_state (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    rows_from_ms INTEGER,
    hours_from_ms INTEGER,
    tagged_hours_from_ms INTEGER,
    tags_bounded_before_ms INTEGER
  ) STRICT;
  INSERT INTO ledger_state (id) VALUES (0);

  CREATE VIEW ledger AS
  SELECT
    strftime('%Y-%m-%dT%H:%M:%fZ', r.wall_ms / 1000.0, 'unixepoch') AS time,
    s.tenant, s.provider, s.model, d.text AS deployment, r.kind, r.outcome, r.reason,
    t.text AS task_type, s.tags,
    r.input_tokens, r.output_tokens, r.cached_input_tokens, r.cache_write_input_tokens, r.reasoning_tokens,
    r.total_tokens, r.is_estimated, r.reserved_tokens,
    r.input_nano_usd, r.output_nano_usd, r.total_nano_usd, p.text AS price_source,
    r.waited_us, r.is_rate_limit_wait, r.latency_us,
    r.is_fallback, r.is_rate_limit_fallback, r.is_last, r.request_id, r.trace_id
  FROM ledger_row r
  JOIN ledger_series s ON s.id = r.series
  JOIN ledger_text d ON d.id = r.deployment
  JOIN ledger_text t ON t.id = r.task_type
  LEFT JOIN ledger_text p ON p.id = r.price_source;
  `,
  "CREATE TABLE ledger_alert (key TEXT PRIMARY KEY, wall_ms INTEGER NOT NULL, record TEXT NOT NULL) STRICT",
  `
  ALTER TABLE ledger_state ADD COLUMN coarse_from_ms INTEGER;
  ALTER TABLE ledger_state ADD COLUMN coarse_until_ms INTEGER;
  CREATE INDEX ledger_series_untagged ON ledger_series (tenant, provider, model) WHERE tags = '';
  `,
  `CREATE TABLE ledger_block (
    grain INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    sums BLOB NOT NULL,
    PRIMARY KEY (grain, start_ms)
  ) STRICT`,
  `
  ALTER TABLE ledger_state ADD COLUMN summed_row_id INTEGER NOT NULL DEFAULT 0;
  UPDATE ledger_state SET summed_row_id = (SELECT ifnull(max(id), 0) FROM ledger_row);
  `,
];
