import { migration } from "#core"

export const migrations = [
  migration("pos_0001", {
    up: async (sql) => {
      await sql.schema
        .createTable("pos_terminals")
        .addColumn("store", "varchar(32)", (column) => column.notNull())
        .addColumn("till", "varchar(16)", (column) => column.notNull())
        .addColumn("batch", "integer", (column) => column.notNull())
        .addColumn("trace", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("pos_terminals_key", ["store", "till"])
        .execute()
      await sql.schema
        .createTable("pos_slips")
        .addColumn("reference", "varchar(128)", (column) => column.primaryKey())
        .addColumn("store", "varchar(32)", (column) => column.notNull())
        .addColumn("till", "varchar(16)", (column) => column.notNull())
        .addColumn("batch", "integer", (column) => column.notNull())
        .addColumn("trace", "integer", (column) => column.notNull())
        .addColumn("rrn", "varchar(12)", (column) => column.notNull())
        .addColumn("at", "bigint", (column) => column.notNull())
        .execute()
      await sql.schema
        .createIndex("pos_slips_batch")
        .on("pos_slips")
        .columns(["store", "till", "batch", "trace"])
        .execute()
    },
    down: async (sql) => {
      await sql.schema.dropTable("pos_slips").execute()
      await sql.schema.dropTable("pos_terminals").execute()
    }
  }),
  migration("pos_0002", {
    up: async (sql) => {
      await sql.schema
        .createTable("pos_invoices")
        .addColumn("id", "varchar(32)", (column) => column.primaryKey())
        .addColumn("reference", "varchar(128)", (column) => column.notNull())
        .addColumn("place", "integer", (column) => column.notNull())
        .addColumn("cause", "varchar(128)", (column) => column.notNull())
        .addColumn("red_of", "varchar(32)")
        .addColumn("amount", "bigint", (column) => column.notNull())
        .addColumn("state", "varchar(16)", (column) => column.notNull())
        .addColumn("number", "varchar(64)")
        .addColumn("url", "varchar(255)")
        .addColumn("detail", "varchar(255)")
        .addColumn("asked_at", "bigint", (column) => column.notNull())
        .addUniqueConstraint("pos_invoices_place", ["reference", "place"])
        .execute()
    },
    down: async (sql) => {
      await sql.schema.dropTable("pos_invoices").execute()
    }
  })
]
