using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SecretsService.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Deployments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "has_line_break",
                table: "secret_versions",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "last_deployment_number",
                table: "environments",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "target_profile",
                table: "environments",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "deployments",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    site_id = table.Column<Guid>(type: "uuid", nullable: false),
                    environment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    app_id = table.Column<Guid>(type: "uuid", nullable: true),
                    site = table.Column<string>(type: "text", nullable: false),
                    environment = table.Column<string>(type: "text", nullable: false),
                    environment_type = table.Column<string>(type: "text", nullable: false),
                    app = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<int>(type: "integer", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    target_profile = table.Column<string>(type: "text", nullable: true),
                    target_deployment_id = table.Column<Guid>(type: "uuid", nullable: true),
                    takes_snapshot = table.Column<bool>(type: "boolean", nullable: false),
                    description = table.Column<string>(type: "text", nullable: true),
                    include_uploads = table.Column<bool>(type: "boolean", nullable: true),
                    include_database = table.Column<bool>(type: "boolean", nullable: true),
                    withheld = table.Column<string[]>(type: "text[]", nullable: false),
                    expired = table.Column<string[]>(type: "text[]", nullable: false),
                    map_warnings = table.Column<string[]>(type: "text[]", nullable: false),
                    warnings = table.Column<string[]>(type: "text[]", nullable: false),
                    variable_count = table.Column<int>(type: "integer", nullable: false),
                    map_tag = table.Column<string>(type: "text", nullable: false),
                    stdout = table.Column<string>(type: "text", nullable: false),
                    stderr = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_by = table.Column<string>(type: "text", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deployments", x => new { x.account_id, x.id });
                    table.ForeignKey(
                        name: "fk_deployments_app_id",
                        columns: x => new { x.account_id, x.site_id, x.app_id },
                        principalTable: "apps",
                        principalColumns: new[] { "account_id", "site_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_deployments_environment_id",
                        columns: x => new { x.account_id, x.site_id, x.environment_id },
                        principalTable: "environments",
                        principalColumns: new[] { "account_id", "site_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "deployment_tokens",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    deployment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    uses_left = table.Column<int>(type: "integer", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_by = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deployment_tokens", x => new { x.account_id, x.id });
                    table.ForeignKey(
                        name: "fk_deployment_tokens_deployment_id",
                        columns: x => new { x.account_id, x.deployment_id },
                        principalTable: "deployments",
                        principalColumns: new[] { "account_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "deployment_variables",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    deployment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    secret_id = table.Column<Guid>(type: "uuid", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false),
                    field = table.Column<string>(type: "text", nullable: true),
                    rung = table.Column<int>(type: "integer", nullable: false),
                    value_tag = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deployment_variables", x => new { x.account_id, x.deployment_id, x.name });
                    table.ForeignKey(
                        name: "fk_deployment_variables_deployment_id",
                        columns: x => new { x.account_id, x.deployment_id },
                        principalTable: "deployments",
                        principalColumns: new[] { "account_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_deployment_variables_version",
                        columns: x => new { x.account_id, x.secret_id, x.version },
                        principalTable: "secret_versions",
                        principalColumns: new[] { "account_id", "secret_id", "version" });
                });

            migrationBuilder.CreateIndex(
                name: "ix_deployment_tokens_deployment_id",
                table: "deployment_tokens",
                columns: new[] { "account_id", "deployment_id" });

            migrationBuilder.CreateIndex(
                name: "ix_deployment_tokens_expires_at",
                table: "deployment_tokens",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ux_deployment_tokens_token_hash",
                table: "deployment_tokens",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_deployment_variables_version",
                table: "deployment_variables",
                columns: new[] { "account_id", "secret_id", "version" });

            migrationBuilder.CreateIndex(
                name: "ix_deployments_app_id",
                table: "deployments",
                columns: new[] { "account_id", "site_id", "app_id" });

            migrationBuilder.CreateIndex(
                name: "ix_deployments_deployed",
                table: "deployments",
                columns: new[] { "account_id", "environment_id", "app_id", "finished_at" },
                filter: "state = 2");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_deploying",
                table: "deployments",
                columns: new[] { "account_id", "environment_id" },
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_site_id",
                table: "deployments",
                columns: new[] { "account_id", "site_id", "environment_id" });

            migrationBuilder.CreateIndex(
                name: "ix_deployments_updated_at",
                table: "deployments",
                column: "updated_at");

            migrationBuilder.CreateIndex(
                name: "ux_deployments_number",
                table: "deployments",
                columns: new[] { "account_id", "environment_id", "number" },
                unique: true);

            // Where an environment goes with its secrets and its deployments, either may be deleted first.
            migrationBuilder.Sql("ALTER TABLE deployment_variables ALTER CONSTRAINT fk_deployment_variables_version DEFERRABLE INITIALLY DEFERRED");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "deployment_tokens");

            migrationBuilder.DropTable(
                name: "deployment_variables");

            migrationBuilder.DropTable(
                name: "deployments");

            migrationBuilder.DropColumn(
                name: "has_line_break",
                table: "secret_versions");

            migrationBuilder.DropColumn(
                name: "last_deployment_number",
                table: "environments");

            migrationBuilder.DropColumn(
                name: "target_profile",
                table: "environments");
        }
    }
}
