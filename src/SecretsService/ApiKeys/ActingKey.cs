using System.Reflection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Outcomes;
using SecretsService.Storage;

namespace SecretsService.ApiKeys;

/// <summary>
/// The API key that a request was sent with, and the hash of the very token: whoever changes keys is looked up once more when nothing can come
/// between, so that a token which was stolen, and taken from the thief a moment ago, makes no new ones.
/// </summary>
/// <param name="Caller">The key as authentication found it.</param>
/// <param name="TokenHash">The hash of the token.</param>
internal sealed record ActingKey(Caller Caller, byte[] TokenHash) : IBindableFromHttpContext<ActingKey>
{
    private static readonly Failure Gone = Failure.Forbidden("This API key was deleted, rotated or has expired since the request was sent. Send another.");

    private static readonly Failure Replaced = Failure.Forbidden(
        "This token was replaced when its key was rotated. What uses it has some time left, but it changes no keys any more: send the key's new token.");

    public static ValueTask<ActingKey?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<ActingKey?>(
        new ActingKey(context.Features.GetRequiredFeature<Caller>(), ApiToken.HashOf(BearerAuthentication.PresentedToken(context.Request))));

    /// <summary>Finds what the key stands for at this moment.</summary>
    /// <param name="db">A context whose transaction holds the account's row locked.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>A refusal where it is not accepted any more, or by a token on its way out.</returns>
    public async Task<Outcome<Authority>> AuthorityAsync(SecretsDbContext db, DateTimeOffset now, CancellationToken cancellation)
    {
        var tokens = db.ApiKeyTokens.Where(t => t.AccountId == Caller.AccountId && t.ApiKeyId == Caller.ApiKeyId && t.TokenHash == TokenHash);
        var found = await (
            from token in tokens
            join key in db.ApiKeys on new { token.AccountId, Id = token.ApiKeyId } equals new { key.AccountId, key.Id }
            where (token.ExpiresAt == null || token.ExpiresAt > now) && (key.ExpiresAt == null || key.ExpiresAt > now)
            select new { key.Abilities, key.Sites, key.Environments, key.Apps, key.ExpiresAt, IsReplaced = token.ExpiresAt != null })
            .SingleOrDefaultAsync(cancellation);
        return found is null ? Gone
            : found.IsReplaced ? Replaced
            : new Authority(new AbilitySet(found.Abilities), Reach.Of(found.Sites, found.Environments, found.Apps), found.ExpiresAt);
    }
}
