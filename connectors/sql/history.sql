-- The history of the gate in PostgreSQL 12 and later: run once, before the connectors of config/history-*.json start.
-- Their user needs INSERT, UPDATE and SELECT on the tables; UPDATE because a redelivered row is an upsert, which the
-- trigger below turns into nothing.

-- The results of the gate: the append-only log of each run. seq is 1, 2, 3 … without a gap.
create table agent_run_events (
  run_id text not null,
  seq bigint not null,
  type text not null,
  payload jsonb not null,
  ts timestamptz not null,
  primary key (run_id, seq)
);
create index on agent_run_events (ts);
create index on agent_run_events ((payload ->> 'scope'), (payload ->> 'idempotency_key'));

-- What the gate let through: at most one row for each attempt of an action.
create table agent_effects (
  scope text not null,
  idempotency_key text not null,
  attempt integer not null,
  run_id text not null,
  tool text not null,
  payload jsonb not null,
  ts timestamptz not null,
  primary key (scope, idempotency_key, attempt)
);
create index on agent_effects (run_id);

-- What executors reported, every record: the same outcome may be reported twice, or two that contradict each other.
create table agent_outcomes (
  kafka_partition integer not null,
  kafka_offset bigint not null,
  scope text not null,
  idempotency_key text not null,
  attempt integer not null,
  status text not null,
  payload jsonb not null,
  ts timestamptz,
  primary key (kafka_partition, kafka_offset)
);
create index on agent_outcomes (scope, idempotency_key);

-- Every change of a run's circuit.
create table agent_circuit_events (
  kafka_partition integer not null,
  kafka_offset bigint not null,
  run_id text not null,
  state text not null,
  cause text not null,
  payload jsonb not null,
  ts timestamptz not null,
  primary key (kafka_partition, kafka_offset)
);
create index on agent_circuit_events (run_id);

-- Rows that came with the key of another row and differ from it. There should be none: one here means that topics were
-- deleted and made again, that a run went on after the gate had forgotten it, or that the gate broke a promise.
create table agent_history_conflicts (
  table_name text not null,
  kept jsonb not null,
  refused jsonb not null,
  seen_at timestamptz not null default now()
);
create unique index on agent_history_conflicts (table_name, md5(refused::text));

-- What is written stays: the same row again is nothing new, another one is put aside and stops nothing.
create function agent_history_keep() returns trigger language plpgsql as $$
begin
  if new is distinct from old then
    insert into agent_history_conflicts (table_name, kept, refused)
    values (tg_table_name, to_jsonb(old), to_jsonb(new))
    on conflict do nothing;
  end if;
  return null;
end
$$;
create trigger keep before update on agent_run_events for each row execute function agent_history_keep();
create trigger keep before update on agent_effects for each row execute function agent_history_keep();
create trigger keep before update on agent_outcomes for each row execute function agent_history_keep();
create trigger keep before update on agent_circuit_events for each row execute function agent_history_keep();

-- A run as people read it.
create view agent_run_timeline as
select
  run_id,
  seq,
  ts,
  ts - first_value(ts) over run as since_start,
  type,
  payload ->> 'decision' as decision,
  payload ->> 'tool' as tool,
  payload ->> 'idempotency_key' as idempotency_key,
  (payload ->> 'effect_attempt')::integer as attempt,
  payload #>> '{stored_outcome,status}' as outcome,
  payload ->> 'reason' as reason,
  payload ->> 'message' as message
from agent_run_events
window run as (partition by run_id order by seq);

-- Commands of known actions that made no effect, by day (UTC). Conflicts are no duplicates: another payload came with
-- a known key.
create view agent_duplicates_prevented_per_day as
select
  (ts at time zone 'UTC')::date as day,
  count(*) filter (where is_duplicate) as duplicates_prevented,
  count(*) filter (where decision = 'REPLAYED') as replayed,
  count(*) filter (where decision = 'IN_PROGRESS') as in_progress,
  count(*) filter (where decision = 'INDETERMINATE' and is_duplicate) as indeterminate,
  count(*) filter (where decision = 'CONFLICT') as conflicts,
  count(*) filter (where made_effect) as effects,
  count(*) as commands
from (
  select
    ts,
    decision,
    attempt is not null as made_effect,
    decision in ('REPLAYED', 'IN_PROGRESS', 'INDETERMINATE') and attempt is null as is_duplicate
  from agent_run_timeline
  where type = 'DECIDED'
) as decided
group by day;

-- By day (UTC): how many of the runs that called were stopped by a limit, and how many calls were refused then.
create view agent_retry_storm_rate as
select
  day,
  runs,
  coalesce(runs_tripped, 0) as runs_tripped,
  round(coalesce(runs_tripped, 0)::numeric / runs, 4) as storm_rate,
  calls,
  calls_refused
from (
  select
    (ts at time zone 'UTC')::date as day,
    count(distinct run_id) as runs,
    count(*) as calls,
    count(*) filter (where payload ->> 'decision' = 'CIRCUIT_OPEN') as calls_refused
  from agent_run_events
  where type = 'DECIDED'
  group by day
) as called
left join (
  select (ts at time zone 'UTC')::date as day, count(distinct run_id) as runs_tripped
  from agent_circuit_events
  where state = 'OPEN' and payload -> 'limit' is not null
  group by day
) as tripped using (day);

-- Rebuilds a run from its events, as it was after one of them: a row for each action the run has asked for.
--   select * from agent_run_at('run-1');      now
--   select * from agent_run_at('run-1', 17);  after its event 17
create function agent_run_at(run text, last_seq bigint default null)
returns table (
  idempotency_key text,
  tool text,
  state text,
  attempts integer,
  commands bigint,
  duplicates bigint,
  asked_at timestamptz,
  changed_at timestamptz,
  result text,
  error_code text
)
language sql stable as $$
  with events as (
    select
      seq,
      ts,
      type,
      decision,
      attempt,
      t.idempotency_key,
      t.tool,
      e.payload -> 'stored_outcome' as outcome,
      -- What an event says about the state of its action; null: nothing.
      case
        when type = 'SETTLED' or decision = 'REPLAYED' then outcome
        when type = 'OVERDUE' then 'INDETERMINATE'
        when type = 'RELEASED' then 'RELEASED'
        when attempt is not null then 'PENDING'
        when decision = 'CONFIRMATION_REQUIRED' then 'CONFIRMATION_REQUIRED'
        when decision in ('INDETERMINATE', 'EXPIRED', 'INVALID') then decision
      end as state
    from agent_run_timeline t
    join agent_run_events e using (run_id, seq, ts, type)
    where run_id = run and (last_seq is null or seq <= last_seq) and t.idempotency_key is not null
  )
  select
    e.idempotency_key,
    max(e.tool),
    coalesce((array_agg(e.state order by seq desc) filter (where e.state is not null))[1], 'REFUSED'),
    coalesce(max(e.attempt), 0),
    count(*) filter (where type = 'DECIDED'),
    count(*) filter (
      where decision in ('REPLAYED', 'IN_PROGRESS', 'INDETERMINATE') and e.attempt is null),
    min(ts),
    max(ts) filter (where e.state is not null),
    (array_agg(e.outcome ->> 'result' order by seq desc) filter (where e.outcome is not null))[1],
    (array_agg(e.outcome ->> 'error_code' order by seq desc) filter (where e.outcome is not null))[1]
  from events e
  group by e.idempotency_key
$$;

-- How long a run took from its first call until everything it had caused was settled for good; null while an effect is
-- open. What it asked for without causing anything, duplicates above all, does not prolong it.
create view agent_time_to_stable_completion as
select
  run_id,
  started_at,
  case when open = 0 then settled_at end as stable_at,
  case when open = 0 then settled_at - started_at end as time_to_stable_completion,
  actions,
  open
from (
  select
    run_id,
    min(asked_at) as started_at,
    max(settled_at) as settled_at,
    count(*) as actions,
    count(*) filter (where settled_at is null) as open
  from (
    select
      run_id,
      idempotency_key,
      min(ts) as asked_at,
      max(ts) filter (where type = 'SETTLED' and outcome in ('SUCCEEDED', 'FAILED')) as settled_at
    from agent_run_timeline
    where idempotency_key is not null
    group by run_id, idempotency_key
    having bool_or(attempt is not null)
  ) as actions_with_effects
  group by run_id
) as runs;

-- Runs whose log has a gap: events that are still on their way, or were never delivered.
create view agent_run_gaps as
select run_id, count(*) as events, max(seq) as last_seq
from agent_run_events
group by run_id
having count(*) <> max(seq) or min(seq) <> 1;
