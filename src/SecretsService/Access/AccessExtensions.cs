using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;

namespace SecretsService.Access;

/// <summary>Sets up who may call, and the routes that tell a caller who it is.</summary>
internal static class AccessExtensions
{
    /// <summary>Requires a bearer key on every route that does not say otherwise, and keeps deployment tokens out of all that do not ask for them.</summary>
    public static void AddAccess(this IServiceCollection services)
    {
        // The core only: what AddAuthentication adds is for cookies, and writes keys unencrypted below the user's home.
        services.AddAuthenticationCore(options =>
        {
            options.DefaultScheme = BearerAuthentication.Name;
            options.AddScheme<BearerAuthentication>(BearerAuthentication.Name, displayName: null);
        });
        services.AddWebEncoders();
        services.AddScoped<BearerAuthentication>();
        services.AddSingleton<Credentials>();
        services.AddSingleton<KeyUses>();
        services.AddHostedService<StoringKeyUses>();
        services.AddAuthorization(options => options.DefaultPolicy = AccessPolicy.Policy);
    }

    /// <summary>Maps <c>/ping</c> and <c>/auth/whoami</c>.</summary>
    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/ping", () => Answer.One((Outcome<Pong>)new Pong(), "pong"))
            .AllowAnonymous()
            .Answers<Envelope<Pong>>(StatusCodes.Status200OK)
            .Describe("ping", ApiTags.Service, "Tells that the service answers", "Needs no key. `/health/ready` tells whether it can do its work.");

        routes.MapGet("/auth/whoami", (Caller caller) => Answer.One(
                (Outcome<WhoAmI>)new WhoAmI
                {
                    Account = new NamedResource { Id = caller.AccountId, Name = caller.AccountName },
                    ApiKey = new NamedResource { Id = caller.ApiKeyId, Name = caller.ApiKeyName },
                    Abilities = caller.Abilities.Held,
                    Sites = caller.Reach.Sites,
                    Environments = caller.Reach.Environments,
                    Apps = caller.Reach.Apps,
                    ExpiresAt = caller.ExpiresAt,
                },
                "Key retrieved successfully"))
            .NeedsNoAbility()
            .Answers<Envelope<WhoAmI>>(StatusCodes.Status200OK)
            .Describe("whoAmI", ApiTags.Service, "Shows whom the key belongs to", "The account and the key that the request was sent with: its name, what it may do and to what.");
    }
}
