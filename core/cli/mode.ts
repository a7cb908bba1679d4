import { Config, ConfigProvider, Console, Effect, Option } from "effect"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"

const modes = ["development", "production"] as const
type Mode = (typeof modes)[number]

/** `--mode`, before and after every command. */
export const ModeFlag = GlobalFlag.Setting("mode")({
  flag: Flag.Literals("mode", modes).pipe(
    Flag.optional,
    Flag.withDescription("How the configuration is read; WEIR_MODE unless said, or else production")
  )
})

const variable = Config.option(Config.String("WEIR_MODE"))

/** Lets a command read the configuration in the mode that was said, by `--mode` or WEIR_MODE, or else in its own. */
export const inMode =
  (own: Mode = "production") =>
  <A, E extends { readonly _tag: string }, R>(command: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const said = yield* ModeFlag
      const inherited = yield* Effect.orElseSucceed(variable, Option.none)
      const reading = command.pipe(
        Effect.updateService(ConfigProvider.ConfigProvider, (environment) =>
          ConfigProvider.orElse(
            ConfigProvider.fromUnknown(Option.isSome(said) ? { WEIR_MODE: said.value } : {}),
            ConfigProvider.orElse(environment, ConfigProvider.fromUnknown({ WEIR_MODE: own }))
          )
        )
      )
      const nobodySaid = Option.isNone(said) && Option.isNone(inherited) && own === "production"
      return yield* Effect.tapError(reading, ({ _tag }) =>
        _tag === "ConfigInvalid" && nobodySaid
          ? Console.error("Read as production, as nothing says otherwise; --mode development does.")
          : Effect.void
      )
    })
