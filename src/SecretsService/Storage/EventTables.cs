using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SecretsService.Storage.Rows;

namespace SecretsService.Storage;

internal sealed class EventJournalTable : IEntityTypeConfiguration<EventJournalRow>
{
    public void Configure(EntityTypeBuilder<EventJournalRow> builder)
    {
        // No foreign key to the account, whose row every read would have to lock; no account is ever deleted.
        builder.ToTable("event_journal");
        builder.HasKey(e => new { e.AccountId, e.Id });

        builder.Property(e => e.Written).UseIdentityAlwaysColumn();

        // The text as it is, not jsonb: it is what was signed.
        builder.Property(e => e.Records).HasColumnType("json");
    }
}

internal sealed class EventsTable : IEntityTypeConfiguration<EventRow>
{
    public void Configure(EntityTypeBuilder<EventRow> builder)
    {
        builder.ToTable("events");
        builder.HasKey(e => new { e.AccountId, e.Seq });
        builder.Property(e => e.Seq).ValueGeneratedNever();
        builder.Property(e => e.Context).HasColumnType("json");
        builder.HasOne<AccountRow>().WithMany().HasForeignKey(e => e.AccountId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(e => new { e.AccountId, e.Event, e.Seq }).HasDatabaseName("ix_events_event");
        builder.HasIndex(e => new { e.AccountId, e.ResourceId, e.Seq }).HasFilter("resource_id IS NOT NULL").HasDatabaseName("ix_events_resource_id");
        builder.HasIndex(e => new { e.AccountId, e.ActorId, e.Seq }).HasFilter("actor_id IS NOT NULL").HasDatabaseName("ix_events_actor_id");
        builder.HasIndex(e => new { e.AccountId, e.SiteId, e.Seq }).HasFilter("site_id IS NOT NULL").HasDatabaseName("ix_events_site_id");
        builder.HasIndex(e => new { e.AccountId, e.OccurredAt }).HasDatabaseName("ix_events_occurred_at");
        builder.HasIndex(e => new { e.AccountId, e.Manifest }).HasFilter("manifest IS NOT NULL").HasDatabaseName("ix_events_manifest");
    }
}

internal sealed class EventChainsTable : IEntityTypeConfiguration<EventChainRow>
{
    public void Configure(EntityTypeBuilder<EventChainRow> builder)
    {
        builder.ToTable("event_chains");
        builder.HasKey(c => c.AccountId);
        builder.HasOne<AccountRow>().WithMany().HasForeignKey(c => c.AccountId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class EventManifestsTable : IEntityTypeConfiguration<EventManifestRow>
{
    public void Configure(EntityTypeBuilder<EventManifestRow> builder)
    {
        builder.ToTable("event_manifests");
        builder.HasKey(m => new { m.AccountId, m.Hash });
        builder.Property(m => m.Entries).HasColumnType("json");
        builder.HasOne<AccountRow>().WithMany().HasForeignKey(m => m.AccountId).OnDelete(DeleteBehavior.Restrict);
    }
}
