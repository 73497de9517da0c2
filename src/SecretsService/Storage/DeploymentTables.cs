using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SecretsService.Storage.Rows;

namespace SecretsService.Storage;

internal sealed class DeploymentsTable : IEntityTypeConfiguration<DeploymentRow>
{
    public void Configure(EntityTypeBuilder<DeploymentRow> builder)
    {
        builder.ToTable("deployments");
        builder.HasKey(d => new { d.AccountId, d.Id });
        builder.HasOne<EnvironmentRow>().WithMany().HasForeignKey(d => new { d.AccountId, d.SiteId, d.EnvironmentId })
            .HasPrincipalKey(e => new { e.AccountId, e.SiteId, e.Id }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<AppRow>().WithMany().HasForeignKey(d => new { d.AccountId, d.SiteId, d.AppId })
            .HasPrincipalKey(a => new { a.AccountId, a.SiteId, a.Id }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(d => new { d.AccountId, d.EnvironmentId, d.Number }).IsUnique().HasDatabaseName("ux_deployments_number");
        builder.HasIndex(d => new { d.AccountId, d.EnvironmentId, d.AppId, d.FinishedAt }).HasFilter("state = 2").HasDatabaseName("ix_deployments_deployed");
        builder.HasIndex(d => new { d.AccountId, d.EnvironmentId }).HasFilter("state = 1").HasDatabaseName("ix_deployments_deploying");
        builder.HasIndex(d => new { d.AccountId, d.SiteId, d.AppId }).HasDatabaseName("ix_deployments_app_id");
        builder.HasIndex(d => new { d.AccountId, d.SiteId, d.EnvironmentId }).HasDatabaseName("ix_deployments_site_id");
        builder.HasIndex(d => d.UpdatedAt).HasDatabaseName("ix_deployments_updated_at");
    }
}

internal sealed class DeploymentVariablesTable : IEntityTypeConfiguration<DeploymentVariableRow>
{
    public void Configure(EntityTypeBuilder<DeploymentVariableRow> builder)
    {
        builder.ToTable("deployment_variables");
        builder.HasKey(v => new { v.AccountId, v.DeploymentId, v.Name });
        builder.Property(v => v.Name).UseCollation("C");
        builder.HasOne<DeploymentRow>().WithMany().HasForeignKey(v => new { v.AccountId, v.DeploymentId }).OnDelete(DeleteBehavior.Cascade);

        // The migration makes it deferrable: where an environment goes with its secrets and its deployments, either may be deleted first.
        builder.HasOne<SecretVersionRow>().WithMany().HasForeignKey(v => new { v.AccountId, v.SecretId, v.Version }).OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(v => new { v.AccountId, v.SecretId, v.Version }).HasDatabaseName("ix_deployment_variables_version");
    }
}

internal sealed class DeploymentTokensTable : IEntityTypeConfiguration<DeploymentTokenRow>
{
    public void Configure(EntityTypeBuilder<DeploymentTokenRow> builder)
    {
        builder.ToTable("deployment_tokens");
        builder.HasKey(t => new { t.AccountId, t.Id });
        builder.HasOne<DeploymentRow>().WithMany().HasForeignKey(t => new { t.AccountId, t.DeploymentId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<ApiKeyRow>().WithMany().HasForeignKey(t => new { t.AccountId, t.ApiKeyId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(t => t.TokenHash).IsUnique().HasDatabaseName("ux_deployment_tokens_token_hash");
        builder.HasIndex(t => new { t.AccountId, t.ApiKeyId }).HasDatabaseName("ix_deployment_tokens_api_key_id");
        builder.HasIndex(t => new { t.AccountId, t.DeploymentId }).HasDatabaseName("ix_deployment_tokens_deployment_id");
        builder.HasIndex(t => t.ExpiresAt).HasDatabaseName("ix_deployment_tokens_expires_at");
    }
}
