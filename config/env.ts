import { Config, Option, Redacted } from "effect"

/** A name with nothing behind it, as `.env.example` has them, sets nothing. */
const optional = <A>(config: Config.Config<A>) =>
  Config.map(Config.option(config), (option) =>
    Option.getOrUndefined(Option.filter(option, (value) => !isBlank(value)))
  )

const isBlank = (value: unknown) =>
  (Redacted.isRedacted(value) ? Redacted.value(value) : value) === ""

const list = (name: string) =>
  Config.String(name).pipe(
    Config.map((text) =>
      text
        .split(",")
        .map((entry) => entry.trim())
        .filter(Boolean)
    ),
    Config.withDefault([])
  )

const mode = Config.Literals(["development", "production"], "WEIR_MODE").pipe(
  Config.withDefault("production")
)

/** A value that only development may take for granted. */
const inDevelopment = <A>(config: Config.Config<A>, value: A) =>
  Config.flatMap(mode, (mode) =>
    mode === "development" ? Config.withDefault(config, value) : config
  )

/** Every variable Weir reads. Nothing else touches the environment; `.env.example` says what each is for. */
export const env = {
  gateway: {
    mode,
    databaseUrl: Config.String("DATABASE_URL").pipe(Config.withDefault("sqlite:.data/weir.db")),
    host: Config.String("HOST").pipe(Config.withDefault("0.0.0.0")),
    port: Config.Port("PORT").pipe(Config.withDefault(3000)),
    legacyHost: Config.String("LEGACY_HOST").pipe(Config.withDefault("127.0.0.1")),
    legacyPort: Config.Port("LEGACY_PORT").pipe(Config.withDefault(3001)),
    legacyAllow: list("LEGACY_ALLOW"),
    operatorHost: Config.String("OPERATOR_HOST").pipe(Config.withDefault("127.0.0.1")),
    operatorPort: Config.Port("OPERATOR_PORT").pipe(Config.withDefault(3002)),
    sandboxHost: Config.String("SANDBOX_HOST").pipe(Config.withDefault("127.0.0.1")),
    sandboxPort: Config.Port("SANDBOX_PORT").pipe(Config.withDefault(3003)),
    publicUrl: inDevelopment(Config.URL("PUBLIC_URL"), new URL("http://localhost:3000")),
    trustedProxies: list("TRUSTED_PROXIES"),
    sealKey: optional(Config.Redacted("WEIR_SEAL_KEY")),
    wechatApiUrl: optional(Config.URL("WECHAT_API_URL")),
    wechatOpenUrl: optional(Config.URL("WECHAT_OPEN_URL")),
    wechatMpUrl: optional(Config.URL("WECHAT_MP_URL")),
    wechatPayUrl: optional(Config.URL("WECHAT_PAY_URL")),
    appId: optional(Config.String("WECHAT_APP_ID")),
    appSecret: optional(Config.Redacted("WECHAT_APP_SECRET")),
    callbackToken: optional(Config.Redacted("WECHAT_CALLBACK_TOKEN")),
    encodingAesKey: optional(Config.Redacted("WECHAT_ENCODING_AES_KEY")),
    merchantId: optional(Config.String("WECHAT_MERCHANT_ID")),
    merchantSerial: optional(Config.String("WECHAT_MERCHANT_SERIAL")),
    merchantKey: optional(Config.Redacted("WECHAT_MERCHANT_KEY")),
    apiV3Key: optional(Config.Redacted("WECHAT_API_V3_KEY")),
    payPublicKeyId: optional(Config.String("WECHAT_PAY_PUBLIC_KEY_ID")),
    payPublicKey: optional(Config.String("WECHAT_PAY_PUBLIC_KEY"))
  },
  sandboxDatabaseUrl: Config.String("SANDBOX_DATABASE_URL").pipe(
    Config.withDefault("sqlite:.data/wechat-sandbox.db")
  ),
  /** What tills sign with. The development value is that of the sample messages. */
  posSecret: inDevelopment(Config.Redacted("POS_SECRET"), Redacted.make("pos-dummy-key")),
  misPort: Config.Port("MIS_PORT").pipe(Config.withDefault(3011))
}
