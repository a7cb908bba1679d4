/**
 * The states of everything that moves money, as data. A state that is not a key's value cannot follow it, and every move is one
 * row of history, so that what happened to a payment can be read back and checked against this page.
 */
export const graphs = {
  /**
   * Money asked for. `closed` holds no money and asks nobody; a till may scan again under a ticket it reversed. `held`: the money came
   * after the till was told that there is none, and waits for its cashier.
   */
  payment: {
    open: ["paid", "held", "closed"],
    held: ["paid", "closed"],
    paid: ["closed"],
    closed: ["open", "held", "paid"]
  },
  /**
   * One try under one `out_trade_no`. It starts as `sent`: written down, and from then on WeChat may know it.
   * `refused` and `closed` can still turn out `paid`: WeChat has let payers through after a close, and its word wins.
   */
  attempt: {
    sent: ["paying", "paid", "refused", "closed", "unknown"],
    paying: ["paid", "refused", "closed", "unknown"],
    unknown: ["sent", "paying", "paid", "refused", "closed"],
    paid: [],
    refused: ["paid"],
    closed: ["paid"]
  },
  /**
   * Undoing an attempt that was given up. `refused`: WeChat will not undo it any more, the money must be refunded. `overtaken`: the money
   * came all the same, and is welcome: its payer was only to go another way, or it is held.
   */
  reversal: {
    asked: ["done", "refused", "unknown", "overtaken"],
    unknown: ["done", "refused", "overtaken"],
    done: ["asked", "overtaken"],
    overtaken: ["asked"],
    refused: []
  },
  /**
   * Money going back, one number per intention. `waiting`: for a supervisor, and WeChat has not been asked. `abnormal` is not an end:
   * a person finishes it with the payer's bank.
   */
  refund: {
    waiting: ["created", "refused"],
    created: ["processing", "done", "refused", "closed", "abnormal", "unknown"],
    unknown: ["created", "processing", "done", "refused", "closed", "abnormal"],
    processing: ["done", "closed", "abnormal"],
    abnormal: ["processing", "done", "closed"],
    done: [],
    refused: [],
    closed: []
  }
} as const

export type Subject = keyof typeof graphs
export type StateOf<S extends Subject> = keyof (typeof graphs)[S] & string

/** Whether the declared graph lets `from` become `to`. */
export const allows = <S extends Subject>(subject: S, from: string, to: StateOf<S>): boolean => {
  const next: { readonly [state: string]: ReadonlyArray<string> } = graphs[subject]
  return next[from]?.includes(to) ?? false
}
