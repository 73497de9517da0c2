using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.ApiKeys;

/// <summary>
/// Makes, rotates and deletes API keys of the caller's account. What the caller may pass on is looked up while the account's row is locked, so that
/// nothing can be taken from it in between.
/// </summary>
internal sealed class ApiKeyStore(SecretsDbContext db, ApiKeyQueries queries, Restrictions restrictions, EventTrail events, TimeProvider clock)
{
    /// <summary>The most keys that an account may have, those that have expired among them.</summary>
    public const int MaxKeys = 5_000;

    private static readonly Failure IsItself =
        Failure.Forbidden("A key cannot delete itself, so that an account is never left without one. Send this request with another key.");

    private static readonly Failure HasExpired = Failure.StateConflict("The key has expired, and another token would be of no use. Make a new key.");

    /// <summary>Makes a key.</summary>
    /// <returns>The key with its token, which is stored nowhere.</returns>
    public async Task<Outcome<ApiKey>> CreateAsync(ActingKey acting, CreateApiKey request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, acting.Caller.AccountId, cancellation);
        if (!(await GrantAsync(acting, request, cancellation)).Succeeded(out var row, out var failure))
        {
            return failure;
        }

        db.ApiKeys.Add(row);
        var token = AddToken(row, row.CreatedAt);
        await AppendAsync(acting.Caller, EventNames.ApiKeyCreated, row, graceSeconds: null, cancellation);
        await db.SaveChangesAsync(cancellation);
        var made = await queries.ShowAsync(acting.Caller, row, cancellation);

        // Nobody can have looked the new token up, and no other credential changes by it: what is kept of those stays right.
        await change.CommitAsIsAsync(cancellation);
        return made with { Token = token };
    }

    /// <summary>Gives a key another token. The earlier ones end: at once, or when a time has passed that what uses them may need to be told.</summary>
    /// <returns>The key with its new token.</returns>
    public async Task<Outcome<ApiKey>> RotateAsync(ActingKey acting, string id, RotateApiKey request, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, acting.Caller.AccountId, cancellation);
        var now = clock.Now();
        if (!(await FindAsync(acting, id, now, (authority, key) => authority.RefusesToRotate(key), cancellation)).Succeeded(out var row, out var failure))
        {
            return failure;
        }

        if (row.ExpiresAt <= now)
        {
            return HasExpired;
        }

        var grace = request.GraceSeconds ?? 0;
        await EndTokensAsync(row, now, grace, cancellation);
        var token = AddToken(row, now);
        await AppendAsync(acting.Caller, EventNames.ApiKeyRotated, row, grace, cancellation);
        await db.SaveChangesAsync(cancellation);
        var rotated = await queries.ShowAsync(acting.Caller, row, cancellation);
        await change.CommitAsync(cancellation);
        return rotated with { Token = token };
    }

    /// <summary>Deletes a key: no request that begins after this is accepted with it, on any replica.</summary>
    /// <returns>The key as it was.</returns>
    public async Task<Outcome<ApiKey>> DeleteAsync(ActingKey acting, string id, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, acting.Caller.AccountId, cancellation);
        var found = await FindAsync(acting, id, clock.Now(), (authority, key) => authority.RefusesToTouch(key), cancellation);
        if (!found.Succeeded(out var row, out var failure))
        {
            return failure;
        }

        if (row.Id == acting.Caller.ApiKeyId)
        {
            return IsItself;
        }

        var was = await queries.ShowAsync(acting.Caller, row, cancellation);
        await AppendAsync(acting.Caller, EventNames.ApiKeyDeleted, row, graceSeconds: null, cancellation);
        await db.SaveChangesAsync(cancellation);
        await db.ApiKeys.Where(k => k.AccountId == row.AccountId && k.Id == row.Id).ExecuteDeleteAsync(cancellation);
        await change.CommitAsync(cancellation);
        return was;
    }

    private async Task<Outcome<ApiKeyRow>> GrantAsync(ActingKey acting, CreateApiKey request, CancellationToken cancellation)
    {
        var (caller, now) = (acting.Caller, clock.Now());
        if (!(await acting.AuthorityAsync(db, now, cancellation)).Succeeded(out var authority, out var failure)
            || !RequestedAbilities.Read(request.Abilities).Succeeded(out var abilities, out failure)
            || !(await restrictions.ReadAsync(caller.AccountId, authority.Reach, request, cancellation)).Succeeded(out var reach, out failure))
        {
            return failure;
        }

        if (request.ExpiresAt <= now)
        {
            return Failure.Invalid("expires_at", "Must be in the future. Leave it out for a key that does not expire.");
        }

        var expiresAt = request.ExpiresAt ?? authority.ExpiresAt;
        return authority.RefusesToMake(abilities, request.Abilities is null, reach, expiresAt) is { } refusal ? refusal
            : await db.ApiKeys.CountAsync(k => k.AccountId == caller.AccountId, cancellation) >= MaxKeys
                ? Failure.LimitReached("name", $"The account has {MaxKeys} API keys, the most it may: those that have expired count too. Delete some.")
            : NewRow(caller, request.Name, abilities, reach, expiresAt, now);
    }

    private static ApiKeyRow NewRow(Caller caller, string name, string[] abilities, Reach reach, DateTimeOffset? expiresAt, DateTimeOffset now) => new()
    {
        AccountId = caller.AccountId,
        Id = Guid.CreateVersion7(now),
        Name = name,
        Abilities = abilities,
        Sites = [.. reach.Sites],
        Environments = [.. reach.Environments],
        Apps = [.. reach.Apps],
        ExpiresAt = expiresAt,
        CreatedAt = now,
        CreatedBy = caller.ApiKeyName,
    };

    private async Task<Outcome<ApiKeyRow>> FindAsync(
        ActingKey acting, string id, DateTimeOffset now, Func<Authority, ApiKeyRow, Failure?> refuses, CancellationToken cancellation)
    {
        if (!(await acting.AuthorityAsync(db, now, cancellation)).Succeeded(out var authority, out var failure))
        {
            return failure;
        }

        return await queries.FindRowAsync(acting.Caller.AccountId, authority.Reach, id, cancellation) is not { } row ? ApiKeyQueries.NotFound
            : refuses(authority, row) is { } refusal ? refusal
            : row;
    }

    private string AddToken(ApiKeyRow row, DateTimeOffset now)
    {
        var token = ApiToken.Generate();
        db.ApiKeyTokens.Add(new ApiKeyTokenRow { AccountId = row.AccountId, ApiKeyId = row.Id, TokenHash = ApiToken.HashOf(token), CreatedAt = now });
        return token;
    }

    private async Task EndTokensAsync(ApiKeyRow row, DateTimeOffset now, int graceSeconds, CancellationToken cancellation)
    {
        var tokens = db.ApiKeyTokens.Where(t => t.AccountId == row.AccountId && t.ApiKeyId == row.Id);
        if (graceSeconds == 0)
        {
            // Not by a time: on a replica whose clock is late that would lie in the future.
            await tokens.ExecuteDeleteAsync(cancellation);
            return;
        }

        var end = now.AddSeconds(graceSeconds);
        await tokens.Where(t => t.ExpiresAt == null || t.ExpiresAt > end)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.ExpiresAt, end), cancellation);
    }

    private Task AppendAsync(Caller caller, string name, ApiKeyRow row, int? graceSeconds, CancellationToken cancellation)
    {
        var context = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["name"] = row.Name,
            ["abilities"] = row.Abilities,
            ["sites"] = row.Sites,
            ["environments"] = row.Environments,
            ["apps"] = row.Apps,
        };
        if (row.ExpiresAt is { } expiresAt)
        {
            context["expires_at"] = expiresAt;
        }

        if (graceSeconds is { } grace)
        {
            context["grace_seconds"] = grace;
        }

        return events.AppendAsync(caller, name, EventSubject.OfAccount("api-key", row.Id), context, cancellation);
    }
}
