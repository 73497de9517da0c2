using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SecretsService.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ScopesAndLifeOfSecrets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_secrets_environment_id",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_environment_id",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_site_id",
                table: "secrets");

            migrationBuilder.RenameIndex(
                name: "ix_secret_versions_data_key_id",
                table: "secret_versions",
                newName: "IX_secret_versions_account_id_data_key_id");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expires_at",
                table: "secrets",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "is_pinned",
                table: "secrets",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "is_withheld",
                table: "secrets",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "secret_type",
                table: "secrets",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "variables",
                table: "secrets",
                type: "text[]",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "is_secret",
                table: "secret_versions",
                type: "boolean",
                nullable: false,
                defaultValue: true);

            migrationBuilder.AddColumn<bool>(
                name: "looks_private",
                table: "secret_versions",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "origin",
                table: "secret_versions",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            // What was stored before: the first version of each secret created it, the others changed it.
            migrationBuilder.Sql("UPDATE secret_versions SET origin = 1 WHERE version > 1");

            migrationBuilder.AddColumn<string>(
                name: "collection_key",
                table: "secrets",
                type: "text",
                nullable: false,
                computedColumnSql: "CASE WHEN app_id IS NOT NULL THEN 'app:' || app_id::text\n     WHEN site_id IS NOT NULL THEN 'site:' || site_id::text\n     ELSE 'global' END\n|| CASE WHEN environment_id IS NOT NULL THEN '/environment:' || environment_id::text ELSE '' END",
                stored: true,
                collation: "C");

            migrationBuilder.AddUniqueConstraint(
                name: "ak_environments",
                table: "environments",
                columns: new[] { "account_id", "site_id", "id" });

            migrationBuilder.CreateTable(
                name: "apps",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    site_id = table.Column<Guid>(type: "uuid", nullable: false),
                    slug = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false),
                    tags = table.Column<string[]>(type: "text[]", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_apps", x => new { x.account_id, x.id });
                    table.UniqueConstraint("ak_apps", x => new { x.account_id, x.site_id, x.id });
                    table.ForeignKey(
                        name: "fk_apps_site_id",
                        columns: x => new { x.account_id, x.site_id },
                        principalTable: "sites",
                        principalColumns: new[] { "account_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "events",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    @event = table.Column<string>(name: "event", type: "text", nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: false),
                    actor_name = table.Column<string>(type: "text", nullable: false),
                    resource_type = table.Column<string>(type: "text", nullable: false),
                    resource_id = table.Column<Guid>(type: "uuid", nullable: true),
                    context = table.Column<string>(type: "jsonb", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_events", x => new { x.account_id, x.id });
                    table.ForeignKey(
                        name: "fk_events_account_id",
                        column: x => x.account_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "idempotency_records",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    api_key_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    request_tag = table.Column<string>(type: "text", nullable: false),
                    data_key_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sealed_answer = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_records", x => new { x.account_id, x.api_key_id, x.key });
                    table.ForeignKey(
                        name: "fk_idempotency_records_api_key_id",
                        columns: x => new { x.account_id, x.api_key_id },
                        principalTable: "api_keys",
                        principalColumns: new[] { "account_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_idempotency_records_data_key_id",
                        columns: x => new { x.account_id, x.data_key_id },
                        principalTable: "account_keys",
                        principalColumns: new[] { "account_id", "id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "secret_types",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false),
                    schema = table.Column<string>(type: "text", nullable: false),
                    injects_fields = table.Column<bool>(type: "boolean", nullable: false),
                    description = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_secret_types", x => new { x.account_id, x.key });
                    table.ForeignKey(
                        name: "fk_secret_types_account_id",
                        column: x => x.account_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "required_secrets",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    site_id = table.Column<Guid>(type: "uuid", nullable: false),
                    app_id = table.Column<Guid>(type: "uuid", nullable: true),
                    owner_key = table.Column<string>(type: "text", nullable: false, computedColumnSql: "CASE WHEN app_id IS NOT NULL THEN 'app:' || app_id::text ELSE 'site:' || site_id::text END", stored: true, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    is_optional = table.Column<bool>(type: "boolean", nullable: false),
                    description = table.Column<string>(type: "text", nullable: true),
                    secret_type = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_required_secrets", x => new { x.account_id, x.id });
                    table.ForeignKey(
                        name: "fk_required_secrets_app_id",
                        columns: x => new { x.account_id, x.site_id, x.app_id },
                        principalTable: "apps",
                        principalColumns: new[] { "account_id", "site_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_required_secrets_site_id",
                        columns: x => new { x.account_id, x.site_id },
                        principalTable: "sites",
                        principalColumns: new[] { "account_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_secrets_app_id",
                table: "secrets",
                columns: new[] { "account_id", "site_id", "app_id" });

            migrationBuilder.CreateIndex(
                name: "ix_secrets_collection",
                table: "secrets",
                columns: new[] { "account_id", "collection_key", "name", "scope_key" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_secrets_deleted",
                table: "secrets",
                columns: new[] { "account_id", "collection_key", "name", "deleted_at" },
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_secrets_deleted_at",
                table: "secrets",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_secrets_environment_id",
                table: "secrets",
                columns: new[] { "account_id", "site_id", "environment_id" });

            migrationBuilder.CreateIndex(
                name: "ix_secrets_expires_at",
                table: "secrets",
                columns: new[] { "account_id", "expires_at" },
                filter: "deleted_at IS NULL AND expires_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_secrets_name",
                table: "secrets",
                columns: new[] { "account_id", "name", "scope_key" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_secrets_name_folded",
                table: "secrets",
                columns: new[] { "account_id", "name_folded" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_secrets_secret_type",
                table: "secrets",
                columns: new[] { "account_id", "secret_type" },
                filter: "secret_type IS NOT NULL");

            migrationBuilder.AddCheckConstraint(
                name: "ck_secrets_withheld",
                table: "secrets",
                sql: "is_withheld = (version = 0)");

            migrationBuilder.CreateIndex(
                name: "ix_secret_versions_data_key_id",
                table: "secret_versions",
                columns: new[] { "data_key_id", "account_id" });

            migrationBuilder.CreateIndex(
                name: "ux_apps_slug",
                table: "apps",
                columns: new[] { "account_id", "site_id", "slug" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_idempotency_records_account_id_data_key_id",
                table: "idempotency_records",
                columns: new[] { "account_id", "data_key_id" });

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_records_created_at",
                table: "idempotency_records",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_records_data_key_id",
                table: "idempotency_records",
                columns: new[] { "data_key_id", "account_id" });

            migrationBuilder.CreateIndex(
                name: "ix_required_secrets_app_id",
                table: "required_secrets",
                columns: new[] { "account_id", "site_id", "app_id" });

            migrationBuilder.CreateIndex(
                name: "ix_required_secrets_name",
                table: "required_secrets",
                columns: new[] { "account_id", "name" });

            migrationBuilder.CreateIndex(
                name: "ux_required_secrets_name",
                table: "required_secrets",
                columns: new[] { "account_id", "owner_key", "name" },
                unique: true);

            migrationBuilder.AddForeignKey(
                name: "fk_secrets_app_id",
                table: "secrets",
                columns: new[] { "account_id", "site_id", "app_id" },
                principalTable: "apps",
                principalColumns: new[] { "account_id", "site_id", "id" },
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_secrets_environment_id",
                table: "secrets",
                columns: new[] { "account_id", "site_id", "environment_id" },
                principalTable: "environments",
                principalColumns: new[] { "account_id", "site_id", "id" },
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_secrets_app_id",
                table: "secrets");

            migrationBuilder.DropForeignKey(
                name: "fk_secrets_environment_id",
                table: "secrets");

            migrationBuilder.DropTable(
                name: "events");

            migrationBuilder.DropTable(
                name: "idempotency_records");

            migrationBuilder.DropTable(
                name: "required_secrets");

            migrationBuilder.DropTable(
                name: "secret_types");

            migrationBuilder.DropTable(
                name: "apps");

            migrationBuilder.DropIndex(
                name: "ix_secrets_app_id",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_collection",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_deleted",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_deleted_at",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_environment_id",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_expires_at",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_name",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_name_folded",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secrets_secret_type",
                table: "secrets");

            migrationBuilder.DropCheckConstraint(
                name: "ck_secrets_withheld",
                table: "secrets");

            migrationBuilder.DropIndex(
                name: "ix_secret_versions_data_key_id",
                table: "secret_versions");

            migrationBuilder.DropUniqueConstraint(
                name: "ak_environments",
                table: "environments");

            migrationBuilder.DropColumn(
                name: "collection_key",
                table: "secrets");

            migrationBuilder.DropColumn(
                name: "expires_at",
                table: "secrets");

            migrationBuilder.DropColumn(
                name: "is_pinned",
                table: "secrets");

            migrationBuilder.DropColumn(
                name: "is_withheld",
                table: "secrets");

            migrationBuilder.DropColumn(
                name: "secret_type",
                table: "secrets");

            migrationBuilder.DropColumn(
                name: "variables",
                table: "secrets");

            migrationBuilder.DropColumn(
                name: "is_secret",
                table: "secret_versions");

            migrationBuilder.DropColumn(
                name: "looks_private",
                table: "secret_versions");

            migrationBuilder.DropColumn(
                name: "origin",
                table: "secret_versions");

            migrationBuilder.RenameIndex(
                name: "IX_secret_versions_account_id_data_key_id",
                table: "secret_versions",
                newName: "ix_secret_versions_data_key_id");

            migrationBuilder.CreateIndex(
                name: "ix_secrets_environment_id",
                table: "secrets",
                columns: new[] { "account_id", "environment_id" });

            migrationBuilder.CreateIndex(
                name: "ix_secrets_site_id",
                table: "secrets",
                columns: new[] { "account_id", "site_id" });

            migrationBuilder.AddForeignKey(
                name: "fk_secrets_environment_id",
                table: "secrets",
                columns: new[] { "account_id", "environment_id" },
                principalTable: "environments",
                principalColumns: new[] { "account_id", "id" },
                onDelete: ReferentialAction.Cascade);
        }
    }
}
