-- What the simulated tools do: a row for each action that was executed, however it was answered.
create table if not exists payments (
  id bigint generated always as identity primary key,
  idempotency_key text,
  args jsonb not null,
  executed_at timestamptz not null default now()
);
create table if not exists tickets (like payments including all);
create table if not exists mails (like payments including all);

-- What was answered to a key, where the tools honour keys.
create table if not exists tool_answers (
  tool text not null,
  idempotency_key text not null,
  args jsonb not null,
  answer text,
  primary key (tool, idempotency_key)
);
