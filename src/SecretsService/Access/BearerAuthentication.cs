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
/// same look-up, so that neither the answer nor its cost tells them apart. A deployment token has a look-up of its own, which its prefix
/// alone picks: one that is unknown, used up or too old is not found there.
/// </summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    NpgsqlDataSource database,
    TimeProvider clock)
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

    private const string FindDeploymentCallerSql =
        """
        SELECT a.id, a.name, t.id, t.created_by, t.deployment_id
        FROM deployment_tokens t
        JOIN accounts a ON a.id = t.account_id
        WHERE t.token_hash = $1 AND t.uses_left > 0 AND t.expires_at > $2
        """;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // The middleware asks for every request. Health and ping must not cost a look-up, nor fail with the database.
        var route = Context.GetEndpoint()?.Metadata;
        if (route?.GetMetadata<IAuthorizeData>() is null || route.GetMetadata<IAllowAnonymous>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        var caller = await FindAsync(PresentedToken());
        if (caller is null)
        {
            return AuthenticateResult.NoResult();
        }

        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, caller.ApiKeyId.ToString())], Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    // Only a deployment token has something that it may not do.
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Answer.Error(
        StatusCodes.Status403Forbidden,
        ErrorCodes.Forbidden,
        "A deployment token reads the variables of its own deployment and does nothing else. Send an API key for this request.").ExecuteAsync(Context);

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
    private async Task<Caller?> FindAsync(string? token)
    {
        try
        {
            return await FindOnceAsync(token);
        }
        catch (Exception e) when (e.IsBrokenConnection())
        {
            database.Clear();
            return await FindOnceAsync(token);
        }
    }

    // SQL by hand, and prepared: every request makes one of the two look-ups.
    private async Task<Caller?> FindOnceAsync(string? token)
    {
        var isForDeployment = ApiToken.IsForDeployment(token);
        await using var connection = await database.OpenConnectionAsync(Context.RequestAborted);
        await using var command = isForDeployment ? new NpgsqlCommand(FindDeploymentCallerSql, connection) : new NpgsqlCommand(FindCallerSql, connection);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = ApiToken.HashOf(token) });
        if (isForDeployment)
        {
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.Now() });
        }

        await command.PrepareAsync(Context.RequestAborted);
        await using var reader = await command.ExecuteReaderAsync(Context.RequestAborted);
        return !await reader.ReadAsync(Context.RequestAborted) ? null
            : isForDeployment ? DeploymentCaller(reader)
            : new Caller(reader.GetGuid(0), reader.GetString(1), reader.GetGuid(2), reader.GetString(3));
    }

    private static Caller DeploymentCaller(NpgsqlDataReader reader) =>
        new(reader.GetGuid(0), reader.GetString(1), reader.GetGuid(2), $"deployment token of {reader.GetString(3)}") { DeploymentId = reader.GetGuid(4) };

    private string? PresentedToken()
    {
        var header = Request.Headers[HeaderNames.Authorization];
        return header is [{ } single] && single.StartsWith(SchemePrefix, StringComparison.OrdinalIgnoreCase)
            ? single[SchemePrefix.Length..].Trim(' ')
            : null;
    }
}
