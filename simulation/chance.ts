import { Effect, Random } from "effect"

/** A stream of decisions. Each party draws from its own, so that one more draw here changes nothing there. */
export class Chance {
  readonly #seed: string
  /** For code that asks Effect's `Random`. */
  readonly random: Random.Random

  constructor(seed: string) {
    this.#seed = seed
    this.random = Effect.runSync(Random.withSeed(Random.Random, seed))
  }

  /** Another stream, which depends on this one's seed and on nothing that was drawn. */
  of(name: string): Chance {
    return new Chance(`${this.#seed}/${name}`)
  }

  happens(probability: number): boolean {
    return this.random.nextDoubleUnsafe() < probability
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random.nextDoubleUnsafe() * (most - least + 1))
  }

  /** One of these, by their weights. */
  pick<A extends string>(weights: { readonly [choice in A]?: number }): A {
    const entries = Object.entries<number>(weights as Record<A, number>) as Array<[A, number]>
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
    let left = this.random.nextDoubleUnsafe() * total
    for (const [choice, weight] of entries) {
      left -= weight
      if (left < 0) return choice
    }
    throw new Error("Nothing to pick from")
  }
}
