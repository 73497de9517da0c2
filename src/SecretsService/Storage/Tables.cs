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
    public const string AppSlug = "ux_apps_slug";
    public const string SecretTypeKey = "pk_secret_types";
    public const string SecretSite = "fk_secrets_site_id";
    public const string SecretApp = "fk_secrets_app_id";
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
    }
}

internal sealed class ApiKeyTokensTable : IEntityTypeConfiguration<ApiKeyTokenRow>
{
    public void Configure(EntityTypeBuilder<ApiKeyTokenRow> builder)
    {
        builder.ToTable("api_key_tokens");
        builder.HasKey(t => new { t.AccountId, t.TokenHash });
        builder.HasOne<ApiKeyRow>().WithMany().HasForeignKey(t => new { t.AccountId, t.ApiKeyId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(t => t.TokenHash).IsUnique().HasDatabaseName("ux_api_key_tokens_token_hash");
        builder.HasIndex(t => new { t.AccountId, t.ApiKeyId }).HasDatabaseName("ix_api_key_tokens_api_key_id");
        builder.HasIndex(t => t.ExpiresAt).HasFilter("expires_at IS NOT NULL").HasDatabaseName("ix_api_key_tokens_expires_at");
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
        builder.HasAlternateKey(e => new { e.AccountId, e.SiteId, e.Id });
        builder.Property(e => e.Slug).UseCollation("C");
        builder.HasOne(e => e.Site).WithMany().HasForeignKey(e => new { e.AccountId, e.SiteId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(e => new { e.AccountId, e.SiteId, e.Slug }).IsUnique().HasDatabaseName(Constraints.EnvironmentSlug);
        builder.HasIndex(e => new { e.AccountId, e.SiteId }).IsUnique().HasFilter("is_production")
            .HasDatabaseName(Constraints.OneProductionEnvironment);
    }
}

internal sealed class AppsTable : IEntityTypeConfiguration<AppRow>
{
    public void Configure(EntityTypeBuilder<AppRow> builder)
    {
        builder.ToTable("apps");
        builder.HasKey(a => new { a.AccountId, a.Id });
        builder.HasAlternateKey(a => new { a.AccountId, a.SiteId, a.Id });
        builder.Property(a => a.Slug).UseCollation("C");
        builder.HasOne(a => a.Site).WithMany().HasForeignKey(a => new { a.AccountId, a.SiteId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(a => new { a.AccountId, a.SiteId, a.Slug }).IsUnique().HasDatabaseName(Constraints.AppSlug);
    }
}

internal sealed class RequiredSecretsTable : IEntityTypeConfiguration<RequiredSecretRow>
{
    private const string OwnerKey = "CASE WHEN app_id IS NOT NULL THEN 'app:' || app_id::text ELSE 'site:' || site_id::text END";

    public void Configure(EntityTypeBuilder<RequiredSecretRow> builder)
    {
        builder.ToTable("required_secrets");
        builder.HasKey(r => new { r.AccountId, r.Id });
        builder.Property(r => r.Name).UseCollation("C");
        builder.Property(r => r.OwnerKey).UseCollation("C").HasComputedColumnSql(OwnerKey, stored: true);
        builder.HasOne(r => r.Site).WithMany().HasForeignKey(r => new { r.AccountId, r.SiteId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(r => r.App).WithMany().HasForeignKey(r => new { r.AccountId, r.SiteId, r.AppId })
            .HasPrincipalKey(a => new { a.AccountId, a.SiteId, a.Id }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(r => new { r.AccountId, r.OwnerKey, r.Name }).IsUnique().HasDatabaseName("ux_required_secrets_name");
        builder.HasIndex(r => new { r.AccountId, r.Name }).HasDatabaseName("ix_required_secrets_name");
        builder.HasIndex(r => new { r.AccountId, r.SiteId, r.AppId }).HasDatabaseName("ix_required_secrets_app_id");
    }
}

internal sealed class SecretTypesTable : IEntityTypeConfiguration<SecretTypeRow>
{
    public void Configure(EntityTypeBuilder<SecretTypeRow> builder)
    {
        builder.ToTable("secret_types");
        builder.HasKey(t => new { t.AccountId, t.Key });
        builder.Property(t => t.Key).UseCollation("C");
        builder.HasOne<AccountRow>().WithMany().HasForeignKey(t => t.AccountId).OnDelete(DeleteBehavior.Cascade);
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

    // The same text as SecretScope.CollectionKey, which a test holds.
    private const string CollectionKey =
        """
        CASE WHEN app_id IS NOT NULL THEN 'app:' || app_id::text
             WHEN site_id IS NOT NULL THEN 'site:' || site_id::text
             ELSE 'global' END
        || CASE WHEN environment_id IS NOT NULL THEN '/environment:' || environment_id::text ELSE '' END
        """;

    private const string Living = "deleted_at IS NULL";
    private const string Deleted = "deleted_at IS NOT NULL";

    // An app belongs to a site; a global secret cannot select one environment; a selector is a type or an environment, not both.
    private const string ScopeIsOne =
        """
        (app_id IS NULL OR site_id IS NOT NULL)
        AND (environment_id IS NULL OR (site_id IS NOT NULL AND environment_type IS NULL))
        """;

    public void Configure(EntityTypeBuilder<SecretRow> builder)
    {
        builder.ToTable("secrets", table =>
        {
            table.HasCheckConstraint("ck_secrets_scope", ScopeIsOne);
            table.HasCheckConstraint("ck_secrets_withheld", "is_withheld = (version = 0)");
        });
        builder.HasKey(s => new { s.AccountId, s.Id });
        builder.Property(s => s.Name).UseCollation("C");
        builder.Property(s => s.NameFolded).UseCollation("C").HasComputedColumnSql("lower(name)", stored: true);
        builder.Property(s => s.ScopeKey).UseCollation("C").HasComputedColumnSql(ScopeKey, stored: true);
        builder.Property(s => s.CollectionKey).UseCollation("C").HasComputedColumnSql(CollectionKey, stored: true);
        AddReferences(builder);
        AddIndexes(builder);
    }

    // With the site in them, so that an app or environment of another site cannot be meant.
    private static void AddReferences(EntityTypeBuilder<SecretRow> builder)
    {
        builder.HasOne<AccountRow>().WithMany().HasForeignKey(s => s.AccountId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(s => s.Site).WithMany().HasForeignKey(s => new { s.AccountId, s.SiteId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(s => s.App).WithMany().HasForeignKey(s => new { s.AccountId, s.SiteId, s.AppId })
            .HasPrincipalKey(a => new { a.AccountId, a.SiteId, a.Id }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(s => s.Environment).WithMany().HasForeignKey(s => new { s.AccountId, s.SiteId, s.EnvironmentId })
            .HasPrincipalKey(e => new { e.AccountId, e.SiteId, e.Id }).OnDelete(DeleteBehavior.Cascade);
    }

    // One for each way that secrets are looked for; a test looks at the plans.
    private static void AddIndexes(EntityTypeBuilder<SecretRow> builder)
    {
        builder.HasIndex(s => new { s.AccountId, s.ScopeKey, s.NameFolded }).IsUnique().HasFilter(Living).HasDatabaseName(Constraints.SecretName);
        builder.HasIndex(s => new { s.AccountId, s.CollectionKey, s.Name, s.ScopeKey }).HasFilter(Living).HasDatabaseName("ix_secrets_collection");
        builder.HasIndex(s => new { s.AccountId, s.Name, s.ScopeKey }).HasFilter(Living).HasDatabaseName("ix_secrets_name");
        builder.HasIndex(s => new { s.AccountId, s.NameFolded }).HasFilter(Living).HasDatabaseName("ix_secrets_name_folded");
        builder.HasIndex(s => new { s.AccountId, s.ExpiresAt }).HasFilter(Living + " AND expires_at IS NOT NULL").HasDatabaseName("ix_secrets_expires_at");
        builder.HasIndex(s => new { s.AccountId, s.SecretType }).HasFilter("secret_type IS NOT NULL").HasDatabaseName("ix_secrets_secret_type");
        builder.HasIndex(s => new { s.AccountId, s.CollectionKey, s.Name, s.DeletedAt }).HasFilter(Deleted).HasDatabaseName("ix_secrets_deleted");
        builder.HasIndex(s => s.DeletedAt).HasFilter(Deleted).HasDatabaseName("ix_secrets_deleted_at");
        builder.HasIndex(s => new { s.AccountId, s.SiteId, s.AppId }).HasDatabaseName("ix_secrets_app_id");
        builder.HasIndex(s => new { s.AccountId, s.SiteId, s.EnvironmentId }).HasDatabaseName("ix_secrets_environment_id");
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
        // The account comes last: an index that begins with it is one that the planner, before it has statistics, takes for all that the primary
        // key is there for.
        builder.HasIndex(v => new { v.DataKeyId, v.AccountId }).HasDatabaseName("ix_secret_versions_data_key_id");
    }
}

internal sealed class IdempotencyRecordsTable : IEntityTypeConfiguration<IdempotencyRow>
{
    public void Configure(EntityTypeBuilder<IdempotencyRow> builder)
    {
        builder.ToTable("idempotency_records");
        builder.HasKey(r => new { r.AccountId, r.ApiKeyId, r.Key });
        builder.Property(r => r.Key).UseCollation("C");
        builder.HasOne<ApiKeyRow>().WithMany().HasForeignKey(r => new { r.AccountId, r.ApiKeyId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<AccountKeyRow>().WithMany().HasForeignKey(r => new { r.AccountId, r.DataKeyId }).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(r => r.CreatedAt).HasDatabaseName("ix_idempotency_records_created_at");
        builder.HasIndex(r => new { r.DataKeyId, r.AccountId }).HasDatabaseName("ix_idempotency_records_data_key_id");
    }
}
