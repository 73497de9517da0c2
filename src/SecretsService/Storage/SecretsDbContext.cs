using Microsoft.EntityFrameworkCore;
using SecretsService.Storage.Rows;

namespace SecretsService.Storage;

/// <summary>
/// The tables. Every key of a tenant's row begins with its account, and so does every foreign key, so that rows of two accounts
/// cannot be joined by mistake.
/// </summary>
internal sealed class SecretsDbContext : DbContext
{
    public SecretsDbContext(DbContextOptions<SecretsDbContext> options)
        : base(options) =>
        // A change that fails is given up as a whole, or as a part by AccountTransaction: the savepoint that EF Core would set for each save is of no
        // use, and where the connection breaks while it is released EF Core says nothing and goes on outside of the transaction.
        Database.AutoSavepointsEnabled = false;

    /// <summary>Whose rows the context sees outside of transactions; null where something else sets that, as for migrations.</summary>
    public AccountScope? Scope { get; set; }

    public DbSet<AccountRow> Accounts => Set<AccountRow>();

    public DbSet<ApiKeyRow> ApiKeys => Set<ApiKeyRow>();

    public DbSet<ApiKeyTokenRow> ApiKeyTokens => Set<ApiKeyTokenRow>();

    public DbSet<KeyEncryptionKeyRow> KeyEncryptionKeys => Set<KeyEncryptionKeyRow>();

    public DbSet<AccountKeyRow> AccountKeys => Set<AccountKeyRow>();

    public DbSet<SiteRow> Sites => Set<SiteRow>();

    public DbSet<EnvironmentRow> Environments => Set<EnvironmentRow>();

    public DbSet<AppRow> Apps => Set<AppRow>();

    public DbSet<RequiredSecretRow> RequiredSecrets => Set<RequiredSecretRow>();

    public DbSet<SecretTypeRow> SecretTypes => Set<SecretTypeRow>();

    public DbSet<SecretRow> Secrets => Set<SecretRow>();

    public DbSet<SecretVersionRow> SecretVersions => Set<SecretVersionRow>();

    public DbSet<DeploymentRow> Deployments => Set<DeploymentRow>();

    public DbSet<DeploymentVariableRow> DeploymentVariables => Set<DeploymentVariableRow>();

    public DbSet<DeploymentTokenRow> DeploymentTokens => Set<DeploymentTokenRow>();

    public DbSet<EventJournalRow> EventJournal => Set<EventJournalRow>();

    public DbSet<EventRow> Events => Set<EventRow>();

    public DbSet<EventChainRow> EventChains => Set<EventChainRow>();

    public DbSet<EventManifestRow> EventManifests => Set<EventManifestRow>();

    public DbSet<IdempotencyRow> IdempotencyRecords => Set<IdempotencyRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(SecretsDbContext).Assembly);
        SnakeCase.Apply(modelBuilder.Model);
    }
}
