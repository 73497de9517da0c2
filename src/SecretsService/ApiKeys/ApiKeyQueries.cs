using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.ApiKeys;

/// <summary>Reads API keys. A restricted caller sees those that reach no further than itself.</summary>
internal sealed class ApiKeyQueries(SecretsDbContext db, TimeProvider clock)
{
    public static Failure NotFound { get; } = Failure.NotFound("API key not found");

    /// <summary>Lists them by name; those that have expired, too.</summary>
    public async Task<Outcome<Page<ApiKey>>> ListAsync(Caller caller, PageRequest page, CancellationToken cancellation)
    {
        var rows = await Visible(caller.AccountId, caller.Reach).OrderBy(k => k.Name).ThenBy(k => k.Id).ToPageAsync(page, cancellation);
        return new Page<ApiKey>(await ShowAsync(caller, rows.Items, cancellation), rows.Total);
    }

    /// <summary>Finds one.</summary>
    public async Task<Outcome<ApiKey>> FindAsync(Caller caller, string id, CancellationToken cancellation) =>
        await FindRowAsync(caller.AccountId, caller.Reach, id, cancellation) is { } row ? await ShowAsync(caller, row, cancellation) : NotFound;

    /// <summary>Finds the row of one, to read it; null where it is not there or out of reach.</summary>
    public async Task<ApiKeyRow?> FindRowAsync(Guid accountId, Reach reach, string id, CancellationToken cancellation) =>
        Ids.TryParse(id, out var key) ? await Visible(accountId, reach).SingleOrDefaultAsync(k => k.Id == key, cancellation) : null;

    /// <summary>Shows one as answers have it.</summary>
    public async Task<ApiKey> ShowAsync(Caller caller, ApiKeyRow row, CancellationToken cancellation) =>
        (await ShowAsync(caller, [row], cancellation))[0];

    private IQueryable<ApiKeyRow> Visible(Guid accountId, Reach reach) => db.ApiKeys.AsNoTracking().Where(k => k.AccountId == accountId).Within(reach);

    private async Task<IReadOnlyList<ApiKey>> ShowAsync(Caller caller, IReadOnlyList<ApiKeyRow> rows, CancellationToken cancellation)
    {
        var now = clock.Now();
        var slugs = await SlugsAsync(caller, rows, cancellation);
        var keys = rows.Select(k => k.Id).ToList();
        var tokens = (await db.ApiKeyTokens.AsNoTracking().Where(t => t.AccountId == caller.AccountId && keys.Contains(t.ApiKeyId))
            .Select(t => new TokenTimes(t.ApiKeyId, t.CreatedAt, t.ExpiresAt)).ToListAsync(cancellation)).ToLookup(t => t.ApiKeyId);
        return [.. rows.Select(row => Show(row, slugs, [.. tokens[row.Id]], now) with { IsCurrent = row.Id == caller.ApiKeyId })];
    }

    private static ApiKey Show(ApiKeyRow row, Slugs slugs, IReadOnlyList<TokenTimes> tokens, DateTimeOffset now) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Abilities = row.Abilities,
        Sites = [.. row.Sites.Select(id => new ApiKeySite { Id = id, Slug = slugs.Sites.GetValueOrDefault(id) })],
        Environments = [.. row.Environments.Select(id => Part(id, slugs.Environments.GetValueOrDefault(id)))],
        Apps = [.. row.Apps.Select(id => Part(id, slugs.Apps.GetValueOrDefault(id)))],
        CreatedAt = row.CreatedAt,
        CreatedBy = row.CreatedBy,
        ExpiresAt = row.ExpiresAt,
        Expired = row.ExpiresAt <= now,
        LastUsedAt = row.LastUsedAt,
        IsCurrent = false,
        RotatedAt = tokens.Where(t => t.ExpiresAt is null && t.CreatedAt > row.CreatedAt).Max(t => (DateTimeOffset?)t.CreatedAt),
        PreviousTokenExpiresAt = tokens.Where(t => t.ExpiresAt > now).Max(t => t.ExpiresAt),
    };

    private static ApiKeySitePart Part(Guid id, PartSlugs? slugs) => new() { Id = id, Site = slugs?.Site, Slug = slugs?.Own };

    private async Task<Slugs> SlugsAsync(Caller caller, IReadOnlyList<ApiKeyRow> rows, CancellationToken cancellation)
    {
        var sites = rows.SelectMany(k => k.Sites).Distinct().ToList();
        var environments = rows.SelectMany(k => k.Environments).Distinct().ToList();
        var apps = rows.SelectMany(k => k.Apps).Distinct().ToList();
        return new Slugs(
            sites.Count == 0 ? [] : await db.Sites.Where(s => s.AccountId == caller.AccountId && sites.Contains(s.Id))
                .ToDictionaryAsync(s => s.Id, s => s.Slug, cancellation),
            environments.Count == 0 ? [] : await db.Environments.Where(e => e.AccountId == caller.AccountId && environments.Contains(e.Id))
                .Select(e => new { e.Id, Slugs = new PartSlugs(e.Site!.Slug, e.Slug) }).ToDictionaryAsync(e => e.Id, e => e.Slugs, cancellation),
            apps.Count == 0 ? [] : await db.Apps.Where(a => a.AccountId == caller.AccountId && apps.Contains(a.Id))
                .Select(a => new { a.Id, Slugs = new PartSlugs(a.Site!.Slug, a.Slug) }).ToDictionaryAsync(a => a.Id, a => a.Slugs, cancellation));
    }

    private sealed record TokenTimes(Guid ApiKeyId, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

    private sealed record PartSlugs(string Site, string Own);

    /// <summary>The slugs of what keys are restricted to, as far as it is there yet.</summary>
    private sealed record Slugs(Dictionary<Guid, string> Sites, Dictionary<Guid, PartSlugs> Environments, Dictionary<Guid, PartSlugs> Apps);
}
