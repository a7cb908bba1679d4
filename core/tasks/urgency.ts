import { Context } from "effect"

/** Whether somebody waits for what is being done, or it is done in the background and may let others go first. */
export const Urgency = Context.Reference<"interactive" | "background">("weir/Urgency", {
  defaultValue: () => "interactive"
})
