using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SecretsService.Storage.Migrations
{
    /// <inheritdoc />
    public partial class DeploymentTokensOfKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "api_key_id",
                table: "deployment_tokens",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_deployment_tokens_api_key_id",
                table: "deployment_tokens",
                columns: new[] { "account_id", "api_key_id" });

            migrationBuilder.AddForeignKey(
                name: "fk_deployment_tokens_api_key_id",
                table: "deployment_tokens",
                columns: new[] { "account_id", "api_key_id" },
                principalTable: "api_keys",
                principalColumns: new[] { "account_id", "id" },
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_deployment_tokens_api_key_id",
                table: "deployment_tokens");

            migrationBuilder.DropIndex(
                name: "ix_deployment_tokens_api_key_id",
                table: "deployment_tokens");

            migrationBuilder.DropColumn(
                name: "api_key_id",
                table: "deployment_tokens");
        }
    }
}
