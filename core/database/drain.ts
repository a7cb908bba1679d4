import { Context, type Duration } from "effect"

/** How long a shutdown waits for what still runs. What is cut off is taken up again from the database. */
export const Drain = Context.Reference<Duration.Input>("weir/Drain", {
  defaultValue: () => "5 seconds"
})
