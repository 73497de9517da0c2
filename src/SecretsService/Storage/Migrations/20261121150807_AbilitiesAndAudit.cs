using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace SecretsService.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AbilitiesAndAudit : Migration
    {
        private static readonly (string Table, string Column)[] Walled =
        [
            ("accounts", "id"), ("account_keys", "account_id"), ("api_keys", "account_id"), ("api_key_tokens", "account_id"), ("sites", "account_id"),
            ("environments", "account_id"), ("apps", "account_id"), ("required_secrets", "account_id"), ("secret_types", "account_id"),
            ("secrets", "account_id"), ("secret_versions", "account_id"), ("deployments", "account_id"), ("deployment_variables", "account_id"),
            ("deployment_tokens", "account_id"), ("event_journal", "account_id"), ("events", "account_id"), ("event_chains", "account_id"),
            ("event_manifests", "account_id"), ("idempotency_records", "account_id"), ("earlier_events", "account_id"),
        ];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string[]>(
                name: "abilities",
                table: "api_keys",
                type: "text[]",
                nullable: false,
                defaultValue: new string[0]);

            migrationBuilder.AddColumn<Guid[]>(
                name: "apps",
                table: "api_keys",
                type: "uuid[]",
                nullable: false,
                defaultValue: new Guid[0]);

            migrationBuilder.AddColumn<string>(
                name: "created_by",
                table: "api_keys",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<Guid[]>(
                name: "environments",
                table: "api_keys",
                type: "uuid[]",
                nullable: false,
                defaultValue: new Guid[0]);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expires_at",
                table: "api_keys",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_used_at",
                table: "api_keys",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid[]>(
                name: "sites",
                table: "api_keys",
                type: "uuid[]",
                nullable: false,
                defaultValue: new Guid[0]);

            // Their places in a chain need the key ring: the first start after this moves them (Audit's EarlierEvents) and drops the table.
            migrationBuilder.Sql(
                """
                ALTER TABLE events RENAME TO earlier_events;
                ALTER TABLE earlier_events RENAME CONSTRAINT pk_events TO pk_earlier_events;
                ALTER TABLE earlier_events RENAME CONSTRAINT fk_events_account_id TO fk_earlier_events_account_id;
                """);

            migrationBuilder.CreateTable(
                name: "events",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    @event = table.Column<string>(name: "event", type: "text", nullable: false),
                    actor_type = table.Column<string>(type: "text", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: true),
                    actor_name = table.Column<string>(type: "text", nullable: false),
                    actor_ip = table.Column<string>(type: "text", nullable: true),
                    resource_type = table.Column<string>(type: "text", nullable: false),
                    resource_id = table.Column<Guid>(type: "uuid", nullable: true),
                    site_id = table.Column<Guid>(type: "uuid", nullable: true),
                    environment_id = table.Column<Guid>(type: "uuid", nullable: true),
                    app_id = table.Column<Guid>(type: "uuid", nullable: true),
                    manifest = table.Column<byte[]>(type: "bytea", nullable: true),
                    context = table.Column<string>(type: "json", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    tag = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_events", x => new { x.account_id, x.seq });
                    table.ForeignKey(
                        name: "fk_events_account_id",
                        column: x => x.account_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "api_key_tokens",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    api_key_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_key_tokens", x => new { x.account_id, x.token_hash });
                    table.ForeignKey(
                        name: "fk_api_key_tokens_api_key_id",
                        columns: x => new { x.account_id, x.api_key_id },
                        principalTable: "api_keys",
                        principalColumns: new[] { "account_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.Sql(
                """
                INSERT INTO api_key_tokens (account_id, token_hash, api_key_id, created_at) SELECT account_id, token_hash, id, created_at FROM api_keys;
                UPDATE api_keys SET abilities = '{*}';
                """);

            migrationBuilder.DropIndex(
                name: "ux_api_keys_token_hash",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "token_hash",
                table: "api_keys");

            migrationBuilder.CreateTable(
                name: "event_chains",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    pruned_seq = table.Column<long>(type: "bigint", nullable: false),
                    pruned_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    tag = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_chains", x => x.account_id);
                    table.ForeignKey(
                        name: "fk_event_chains_account_id",
                        column: x => x.account_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "event_journal",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    written = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    records = table.Column<string>(type: "json", nullable: false),
                    tag = table.Column<byte[]>(type: "bytea", nullable: false),
                    is_refused = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_journal", x => new { x.account_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "event_manifests",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    entries = table.Column<string>(type: "json", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_manifests", x => new { x.account_id, x.hash });
                    table.ForeignKey(
                        name: "fk_event_manifests_account_id",
                        column: x => x.account_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_api_key_tokens_api_key_id",
                table: "api_key_tokens",
                columns: new[] { "account_id", "api_key_id" });

            migrationBuilder.CreateIndex(
                name: "ix_api_key_tokens_expires_at",
                table: "api_key_tokens",
                column: "expires_at",
                filter: "expires_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ux_api_key_tokens_token_hash",
                table: "api_key_tokens",
                column: "token_hash",
                unique: true);
        

            migrationBuilder.CreateIndex(
                name: "ix_events_actor_id",
                table: "events",
                columns: new[] { "account_id", "actor_id", "seq" },
                filter: "actor_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_events_event",
                table: "events",
                columns: new[] { "account_id", "event", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_events_manifest",
                table: "events",
                columns: new[] { "account_id", "manifest" },
                filter: "manifest IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_events_occurred_at",
                table: "events",
                columns: new[] { "account_id", "occurred_at" });

            migrationBuilder.CreateIndex(
                name: "ix_events_resource_id",
                table: "events",
                columns: new[] { "account_id", "resource_id", "seq" },
                filter: "resource_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_events_site_id",
                table: "events",
                columns: new[] { "account_id", "site_id", "seq" },
                filter: "site_id IS NOT NULL");

            // The owner of the tables is bound by it, too; a superuser never is. Each of the two subqueries is evaluated once for a statement.
            foreach (var (table, column) in Walled)
            {
                migrationBuilder.Sql(
                    $"""
                    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
                    ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
                    CREATE POLICY account_wall ON {table} USING (
                        {column} = (SELECT nullif(nullif(current_setting('secrets.account', true), '*'), '')::uuid)
                        OR (SELECT coalesce(current_setting('secrets.account', true), '') = '*'));
                    """);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new NotSupportedException("The audit trail would lose its chain: restore the backup that was made before the upgrade.");
    }
}
