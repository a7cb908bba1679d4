import { lives } from "../model.ts"
import type { OrderRow } from "../store.ts"
import { changedReentry, orderClosed, orderPaid, type Refused } from "./refusal.ts"

/** The order as it stands now: one that nobody paid closes by itself after a week. */
export const standing = (order: OrderRow, now: number): OrderRow =>
  isOpen(order) && now >= order.created_at + lives.order ? { ...order, state: "CLOSED" } : order

export const isOpen = ({ state }: OrderRow) => state === "NOTPAY" || state === "USERPAYING"

/** `time_expire` ends paying but closes nothing; an old QR ends earlier still. */
export const isPayable = (order: OrderRow, now: number) =>
  isOpen(order) && now <= Math.min(order.pay_until, order.credential_until)

export const isPaid = ({ state }: OrderRow) => state === "SUCCESS" || state === "REFUND"

/** Closed, reversed or failed: the number is dead, also for the very same request. */
const isDead = ({ state }: OrderRow) => state === "CLOSED" || state === "REVOKED"

/**
 * A number that comes again: `undefined` when this is the same request, byte for byte, and may go on where it was.
 * Anything that differs, down to the address of the client, counts as another order under a used number.
 */
export const reentry = (
  order: OrderRow,
  again: { way: string; frozen: string }
): Refused | undefined => {
  if (isPaid(order)) return orderPaid()
  if (isDead(order)) return orderClosed()
  return order.way === again.way && order.frozen === again.frozen ? undefined : changedReentry()
}
