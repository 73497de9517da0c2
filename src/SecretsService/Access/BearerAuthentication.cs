using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Limits;
using SecretsService.Storage;

namespace SecretsService.Access;

/// <summary>
/// Authenticates a request by its bearer key (RFC 6750, section 2.1). A missing, a malformed and an unknown key take the same path to the
/// same look-up, so that neither the answer nor its cost tells them apart. A deployment token has a look-up of its own, which its prefix
/// alone picks. Each refusal is recorded before it is answered.
/// </summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    Credentials credentials,
    FailureLimit limit,
    AccountScope scope,
    KeyUses uses,
    IFailedAuthentications failures,
    TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "bearer";

    private const string SchemePrefix = "Bearer ";

    /// <summary>What a request presents as its bearer token; null for nothing of that kind.</summary>
    public static string? PresentedToken(HttpRequest request) => Presented(request) is { IsEmpty: false } token ? token.ToString() : null;

    /// <summary>The same without a copy of it; empty for nothing of that kind.</summary>
    public static ReadOnlySpan<char> Presented(HttpRequest request) =>
        request.Headers.Authorization is [{ } single] && single.StartsWith(SchemePrefix, StringComparison.OrdinalIgnoreCase)
            ? single.AsSpan(SchemePrefix.Length).Trim(' ')
            : [];

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // The middleware asks for every request. Health and ping must not cost a look-up, nor fail with the database.
        var route = Context.GetEndpoint()?.Metadata;
        if (route?.GetMetadata<IAuthorizeData>() is null || route.GetMetadata<IAllowAnonymous>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        var now = clock.GetUtcNow();
        var token = PresentedToken(Request);
        var credential = await limit.LookUpAsync(
            Context.Connection.RemoteIpAddress, () => credentials.FindAsync(token, Context.RequestAborted), Context.RequestAborted);
        if (credential?.IsAlive(now) != true)
        {
            Context.Features.Set(FailedAuthentication.Of(Context, credential, token));
            return AuthenticateResult.NoResult();
        }

        var caller = credential.Caller with { Ip = Context.Connection.RemoteIpAddress?.ToString() };
        if (caller.DeploymentId is null)
        {
            uses.Note(caller.AccountId, caller.ApiKeyId, now);
        }

        scope.Enter(caller.AccountId);
        Context.Features.Set(caller);
        Context.Features.Set(credential);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, caller.ApiKeyId.ToString())], Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var caller = Context.Features.GetRequiredFeature<Caller>();
        await failures.RecordAsync(
            FailedAuthentication.Of(Context, FailureReasons.MissingAbility, caller) with { Lacking = [.. AccessPolicy.LackingIn(caller, Context)] });
        await Answer.Error(StatusCodes.Status403Forbidden, ErrorCodes.Forbidden, AccessPolicy.RefusalOf(Context)).ExecuteAsync(Context);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // None where a deployment token passed, and its last use was taken by another request meanwhile.
        await failures.RecordAsync(
            Context.Features.Get<FailedAuthentication>()
            ?? FailedAuthentication.Of(Context, FailureReasons.UsedUpDeploymentToken, Context.Features.Get<Caller>()));

        if (!limit.TryTake(Context.Connection.RemoteIpAddress, out var retryAfter))
        {
            await RateLimits.RefuseAsync(Context, retryAfter, "requests without a valid API key from this address");
            return;
        }

        // RFC 6750, section 3.1: no error code for a request that brought no key at all.
        Response.Headers.WWWAuthenticate = Request.Headers.Authorization.Count == 0
            ? "Bearer realm=\"secrets\""
            : "Bearer realm=\"secrets\", error=\"invalid_token\"";
        await Answer.Error(
            StatusCodes.Status401Unauthorized,
            ErrorCodes.Unauthenticated,
            "Unauthenticated. Send a valid API key in the header Authorization: Bearer sks_...").ExecuteAsync(Context);
    }
}
