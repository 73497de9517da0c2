using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Storage;

namespace SecretsService.Access;

/// <summary>
/// Authenticates a request by its bearer key (RFC 6750, section 2.1). A missing, a malformed and an unknown key take the same path to the
/// same look-up, so that neither the answer nor its cost tells them apart.
/// </summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    SecretsDbContext db,
    NpgsqlDataSource database)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "bearer";

    private const string SchemePrefix = "Bearer ";

    private static readonly Func<SecretsDbContext, byte[], CancellationToken, Task<Caller?>> FindCaller = EF.CompileAsyncQuery(
        (SecretsDbContext db, byte[] hash, CancellationToken _) =>
            (from key in db.ApiKeys
             where key.TokenHash == hash
             join account in db.Accounts on key.AccountId equals account.Id
             select new Caller(account.Id, account.Name, key.Id, key.Name)).SingleOrDefault());

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // The middleware asks for every request. Health and ping must not cost a look-up, nor fail with the database.
        var route = Context.GetEndpoint()?.Metadata;
        if (route?.GetMetadata<IAuthorizeData>() is null || route.GetMetadata<IAllowAnonymous>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        var caller = await FindAsync(ApiToken.HashOf(PresentedToken()));
        if (caller is null)
        {
            return AuthenticateResult.NoResult();
        }

        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, caller.ApiKeyId.ToString())], Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // RFC 6750, section 3.1: no error code for a request that brought no key at all.
        Response.Headers.WWWAuthenticate = Request.Headers.Authorization.Count == 0
            ? "Bearer realm=\"secrets\""
            : "Bearer realm=\"secrets\", error=\"invalid_token\"";
        return Answer.Error(
            StatusCodes.Status401Unauthorized,
            ErrorCodes.Unauthenticated,
            "Unauthenticated. Send a valid API key in the header Authorization: Bearer sks_...").ExecuteAsync(Context);
    }

    // The first use of the database in a request. One that was restarted, or has failed over, must not cost a failed request for each
    // connection that lay in the pool: those are thrown away and the look-up is made once more.
    private async Task<Caller?> FindAsync(byte[] hash)
    {
        try
        {
            return await FindCaller(db, hash, Context.RequestAborted);
        }
        catch (Exception e) when (e.IsBrokenConnection())
        {
            database.Clear();
            return await FindCaller(db, hash, Context.RequestAborted);
        }
    }

    private string? PresentedToken()
    {
        var header = Request.Headers[HeaderNames.Authorization];
        return header is [{ } single] && single.StartsWith(SchemePrefix, StringComparison.OrdinalIgnoreCase)
            ? single[SchemePrefix.Length..].Trim(' ')
            : null;
    }
}
