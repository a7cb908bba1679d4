import { type Rule, raw, rule } from "../database/rule.ts"

interface Key {
  readonly task_key: string
}

/** What must be true of what is still to be done. */
export const taskRules: ReadonlyArray<Rule> = [
  rule<Key>(
    "Every task is reachable by its key",
    () => raw`
      select distinct task.task_key from weir_tasks as task
      left join weir_task_keys as owner on owner.task_key = task.task_key
      where owner.task_key is null or (owner.due is null and owner.parked_at is null)`,
    ({ task_key }) => `the tasks of ${task_key} are due never`
  ),
  rule<Key>(
    "A key is due when its first task is",
    () => raw`
      select owner.task_key from weir_task_keys as owner
      where owner.due is not null and not exists (
        select 1 from weir_tasks as task where task.task_key = owner.task_key and task.kind = owner.kind)`,
    ({ task_key }) => `${task_key} is due, and has no such task`
  ),
  rule<Key & { readonly sequence: number }>(
    "The tasks of a key are numbered on",
    () => raw`
      select task.task_key, task.sequence from weir_tasks as task
      join weir_task_keys as owner on owner.task_key = task.task_key
      where task.sequence >= owner.next_sequence`,
    ({ sequence, task_key }) => `task ${sequence} of ${task_key} was never given out`
  )
]
