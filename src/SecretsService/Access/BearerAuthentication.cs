using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
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
    NpgsqlDataSource database)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "bearer";

    private const string SchemePrefix = "Bearer ";

    private const string FindCallerSql =
        """
        SELECT a.id, a.name, k.id, k.name
        FROM api_keys k
        JOIN accounts a ON a.id = k.account_id
        WHERE k.token_hash = $1
        """;

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
            return await FindOnceAsync(hash);
        }
        catch (Exception e) when (e.IsBrokenConnection())
        {
            database.Clear();
            return await FindOnceAsync(hash);
        }
    }

    // SQL by hand, and prepared: every request makes this look-up.
    private async Task<Caller?> FindOnceAsync(byte[] hash)
    {
        await using var connection = await database.OpenConnectionAsync(Context.RequestAborted);
        await using var command = new NpgsqlCommand(FindCallerSql, connection) { Parameters = { new NpgsqlParameter<byte[]> { TypedValue = hash } } };
        await command.PrepareAsync(Context.RequestAborted);
        await using var reader = await command.ExecuteReaderAsync(Context.RequestAborted);
        return await reader.ReadAsync(Context.RequestAborted)
            ? new Caller(reader.GetGuid(0), reader.GetString(1), reader.GetGuid(2), reader.GetString(3))
            : null;
    }

    private string? PresentedToken()
    {
        var header = Request.Headers[HeaderNames.Authorization];
        return header is [{ } single] && single.StartsWith(SchemePrefix, StringComparison.OrdinalIgnoreCase)
            ? single[SchemePrefix.Length..].Trim(' ')
            : null;
    }
}
