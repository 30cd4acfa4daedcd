-- The outbox in PostgreSQL 12 and later: a service writes a command in the same transaction as its own data, and
-- config/outbox.json brings it to the gate.
--
--   begin;
--   update orders set state = 'cancelled' where id = 17;
--   insert into agent_outbox (run_id, payload) values ('order-17', '{"run_id": "order-17",
--     "tool": "payments.refund", "args": {"order": 17, "cents": 4200}}');
--   commit;
--
-- wal_level must be logical, and the connector's user needs REPLICATION, and SELECT on the table. A row may be deleted
-- as soon as it is written, even in its own transaction: it has then been in the log, and no snapshot finds it again.

create table agent_outbox (
  -- The idempotency key of a command that brings none of its own: however often a row is delivered, it is one action.
  id uuid primary key default gen_random_uuid(),
  -- The key of the record: the run.
  run_id text not null,
  -- The command, its fields named as in ActionCommand.avsc. Not jsonb: the text stays as it was written.
  payload json not null,
  -- The issued_at of a command that brings none of its own: a row that comes again when the gate has forgotten it is
  -- EXPIRED, not executed.
  created_at timestamptz not null default now(),
  -- W3C Trace Context, carried to the effect.
  traceparent text,
  constraint a_command_has_a_run_and_a_tool check (
    payload ->> 'run_id' is not distinct from run_id
    and run_id <> ''
    and coalesce(payload ->> 'tool', '') <> ''
  )
);

create publication agent_outbox for table agent_outbox;
