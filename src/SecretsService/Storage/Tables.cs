using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SecretsService.Storage.Rows;

namespace SecretsService.Storage;

/// <summary>The names of the constraints that a caller can run into; everything else that the database refuses is a bug.</summary>
internal static class Constraints
{
    public const string SiteSlug = "ux_sites_slug";
    public const string EnvironmentSlug = "ux_environments_slug";
    public const string OneProductionEnvironment = "ux_environments_production";
    public const string SecretName = "ux_secrets_name";
    public const string SecretSite = "fk_secrets_site_id";
    public const string SecretEnvironment = "fk_secrets_environment_id";
}

internal sealed class AccountsTable : IEntityTypeConfiguration<AccountRow>
{
    public void Configure(EntityTypeBuilder<AccountRow> builder)
    {
        builder.ToTable("accounts");
        builder.HasKey(a => a.Id);
        builder.Property(a => a.Id).ValueGeneratedNever();
    }
}

internal sealed class ApiKeysTable : IEntityTypeConfiguration<ApiKeyRow>
{
    public void Configure(EntityTypeBuilder<ApiKeyRow> builder)
    {
        builder.ToTable("api_keys");
        builder.HasKey(k => new { k.AccountId, k.Id });
        builder.HasOne<AccountRow>().WithMany().HasForeignKey(k => k.AccountId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(k => k.TokenHash).IsUnique().HasDatabaseName("ux_api_keys_token_hash");
    }
}

internal sealed class KeyEncryptionKeysTable : IEntityTypeConfiguration<KeyEncryptionKeyRow>
{
    public void Configure(EntityTypeBuilder<KeyEncryptionKeyRow> builder)
    {
        builder.ToTable("key_encryption_keys");
        builder.HasKey(k => k.Id);
    }
}

internal sealed class AccountKeysTable : IEntityTypeConfiguration<AccountKeyRow>
{
    public void Configure(EntityTypeBuilder<AccountKeyRow> builder)
    {
        builder.ToTable("account_keys");
        builder.HasKey(k => new { k.AccountId, k.Id });
        builder.HasOne<AccountRow>().WithMany().HasForeignKey(k => k.AccountId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<KeyEncryptionKeyRow>().WithMany().HasForeignKey(k => k.KeyEncryptionKeyId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(k => k.KeyEncryptionKeyId).HasDatabaseName("ix_account_keys_key_encryption_key_id");
        builder.HasIndex(k => new { k.AccountId, k.Purpose }).IsUnique().HasFilter("is_active").HasDatabaseName("ux_account_keys_active");
    }
}

internal sealed class SitesTable : IEntityTypeConfiguration<SiteRow>
{
    public void Configure(EntityTypeBuilder<SiteRow> builder)
    {
        builder.ToTable("sites");
        builder.HasKey(s => new { s.AccountId, s.Id });
        builder.Property(s => s.Slug).UseCollation("C");
        builder.HasOne<AccountRow>().WithMany().HasForeignKey(s => s.AccountId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(s => new { s.AccountId, s.Slug }).IsUnique().HasDatabaseName(Constraints.SiteSlug);
    }
}

internal sealed class EnvironmentsTable : IEntityTypeConfiguration<EnvironmentRow>
{
    public void Configure(EntityTypeBuilder<EnvironmentRow> builder)
    {
        builder.ToTable("environments");
        builder.HasKey(e => new { e.AccountId, e.Id });
        builder.Property(e => e.Slug).UseCollation("C");
        builder.HasOne(e => e.Site).WithMany().HasForeignKey(e => new { e.AccountId, e.SiteId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(e => new { e.AccountId, e.SiteId, e.Slug }).IsUnique().HasDatabaseName(Constraints.EnvironmentSlug);
        builder.HasIndex(e => new { e.AccountId, e.SiteId }).IsUnique().HasFilter("is_production")
            .HasDatabaseName(Constraints.OneProductionEnvironment);
    }
}

internal sealed class SecretsTable : IEntityTypeConfiguration<SecretRow>
{
    // The same text as SecretScope.StorageKey, which a test holds.
    private const string ScopeKey =
        """
        CASE WHEN app_id IS NOT NULL THEN 'app:' || app_id::text
             WHEN site_id IS NOT NULL THEN 'site:' || site_id::text
             ELSE 'global' END
        || CASE WHEN environment_id IS NOT NULL THEN '/environment:' || environment_id::text
                WHEN environment_type IS NOT NULL THEN '/type:' || environment_type
                ELSE '' END
        """;

    // An app belongs to a site; a global secret cannot select one environment; a selector is a type or an environment, not both.
    private const string ScopeIsOne =
        """
        (app_id IS NULL OR site_id IS NOT NULL)
        AND (environment_id IS NULL OR (site_id IS NOT NULL AND environment_type IS NULL))
        """;

    public void Configure(EntityTypeBuilder<SecretRow> builder)
    {
        builder.ToTable("secrets", table => table.HasCheckConstraint("ck_secrets_scope", ScopeIsOne));
        builder.HasKey(s => new { s.AccountId, s.Id });
        builder.Property(s => s.Name).UseCollation("C");
        builder.Property(s => s.NameFolded).UseCollation("C").HasComputedColumnSql("lower(name)", stored: true);
        builder.Property(s => s.ScopeKey).UseCollation("C").HasComputedColumnSql(ScopeKey, stored: true);
        builder.HasOne<AccountRow>().WithMany().HasForeignKey(s => s.AccountId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(s => s.Site).WithMany().HasForeignKey(s => new { s.AccountId, s.SiteId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(s => s.Environment).WithMany().HasForeignKey(s => new { s.AccountId, s.EnvironmentId })
            .OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(s => new { s.AccountId, s.ScopeKey, s.NameFolded }).IsUnique().HasFilter("deleted_at IS NULL")
            .HasDatabaseName(Constraints.SecretName);
        builder.HasIndex(s => new { s.AccountId, s.SiteId }).HasDatabaseName("ix_secrets_site_id");
        builder.HasIndex(s => new { s.AccountId, s.EnvironmentId }).HasDatabaseName("ix_secrets_environment_id");
    }
}

internal sealed class SecretVersionsTable : IEntityTypeConfiguration<SecretVersionRow>
{
    public void Configure(EntityTypeBuilder<SecretVersionRow> builder)
    {
        builder.ToTable("secret_versions");
        builder.HasKey(v => new { v.AccountId, v.SecretId, v.Version });
        builder.HasOne<SecretRow>().WithMany().HasForeignKey(v => new { v.AccountId, v.SecretId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<AccountKeyRow>().WithMany().HasForeignKey(v => new { v.AccountId, v.DataKeyId }).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(v => new { v.AccountId, v.DataKeyId }).HasDatabaseName("ix_secret_versions_data_key_id");
    }
}
