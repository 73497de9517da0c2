using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Access;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Walls;

/// <summary>Every route of the running server, called with every kind of credential, for what is there, out of reach, another account's, and nowhere.</summary>
public class EveryRouteTests(WorldServer server) : IClassFixture<WorldServer>
{
    private World World => server.World;

    public static TheoryData<string> Names => [.. Routes.All.Select(r => r.Name)];

    public static TheoryData<string> NamesOfChanges => [.. Routes.All.Where(r => r.Method is not "GET").Select(r => r.Name)];

    [Fact]
    public void The_table_has_exactly_the_routes_of_the_server() => Routes.All.Select(r => r.Name).ShouldBe(Endpoints().Keys, ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Nobody_gets_in_without_a_key_that_is_alive(string name)
    {
        var route = Find(name);
        var answers = await Task.WhenAll(
            new[] { server.ClientWith(null), server.ClientWith(ApiToken.Generate()), server.ClientWith("nonsense"), server.Expired }
                .Select(client => route.CallAsync(client, World.Own)));
        answers.ShouldAllBe(answer => answer.Status == 401);
        answers.Select(BodyOf).Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_key_that_lacks_one_needed_ability_is_refused_before_anything_is_looked_up(string name)
    {
        var route = Find(name);
        foreach (var ability in NeededBy(name))
        {
            var lacking = await server.KeyAsync(World.Account, Ability.Known.Where(a => a != ability));
            var own = await route.CallAsync(lacking, World.Own);
            own.ShouldBeError(403, "forbidden").Message!.ShouldContain(ability);
            BodyOf(await route.CallAsync(lacking, Place.Nowhere)).ShouldBe(BodyOf(own));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_deployment_token_opens_the_variables_of_its_own_deployment_and_no_other_route(string name)
    {
        var route = Find(name);
        var isOwn = Endpoints()[name].Metadata.GetMetadata<AcceptsDeploymentTokens>() is not null;
        (await route.CallAsync(server.DeploymentToken, World.Own)).ShouldBe(isOwn ? 200 : 403);
        (await route.CallAsync(server.DeploymentToken, World.Sibling)).ShouldBeError(403, "forbidden");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_anothers_or_out_of_reach_is_answered_as_what_is_not_there(string name)
    {
        var route = Find(name);
        if (!route.Pattern.Contains('{', StringComparison.Ordinal) || route.Pattern.Contains("/resolved/{key}", StringComparison.Ordinal) && !route.IsOfSite)
        {
            return;
        }

        var (own, sibling) = (World.Own, World.Sibling);
        await ShouldNotTellAsync(route, World.Account.Client, NotOwnType(server.Foreign.Own));
        if (route.IsOfSite || route.Collection is not null)
        {
            await ShouldNotTellAsync(route, server.OfSite, World.Other);
            await ShouldNotTellAsync(route, server.OfSite, server.Foreign.Own);
        }

        if (route.Pattern.Contains("{environment}", StringComparison.Ordinal))
        {
            var hidden = own with { Environment = sibling.Environment, Ids = sibling.Ids };
            await ShouldNotTellAsync(route, server.OfEnvironment, hidden, own with { Environment = Place.Unknown });
        }

        if (route.Pattern.Contains("{app}", StringComparison.Ordinal))
        {
            await ShouldNotTellAsync(route, server.OfApp, own with { App = sibling.App, Ids = sibling.Ids }, own with { App = Place.Unknown });
        }

        if (route.IsOfSite && route.Collection is not null)
        {
            await ShouldNotTellAsync(route, server.OfSite, own with { Ids = World.Other.Ids }, own with { Ids = Place.Nowhere.Ids });
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_read_with_the_needed_abilities_shows_what_is_in_reach_and_names_nothing_else(string name)
    {
        var route = Find(name);
        if (route.Method is not "GET")
        {
            return;
        }

        var key = await server.KeyAsync(World.Account, NeededBy(name));
        (await route.CallAsync(key, World.Own)).ShouldBe(200);
        var restricted = await server.RestrictedKeyAsync(World.Account, [World.Own.Site], abilities: [.. NeededBy(name)]);
        var seen = await route.CallAsync(restricted, World.Own);
        seen.ShouldBe(route.IsWide ? 403 : route.Collection is "/global-secrets" ? 404 : 200);
        seen.Text.ShouldNotContain(World.Canary, Case.Insensitive);
        World.Other.Ids.Values.Append(World.Other.Site).Append(World.Other.Environment).Append(World.Other.App).Except(World.Own.Ids.Values)
            .ShouldAllBe(id => !seen.Text.Contains(id, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(NamesOfChanges))]
    public async Task A_change_with_the_needed_abilities_is_made_in_reach_and_refused_where_it_is_wider(string name)
    {
        var route = Find(name);
        var world = await World.BuildSmallAsync(server);
        var restricted = await server.RestrictedKeyAsync(world.Account, [world.Own.Site], abilities: [.. NeededBy(name)]);
        var answer = await route.CallAsync(restricted, world.Own);
        if (route.IsWide || route.Collection is "/global-secrets")
        {
            answer.ShouldBeError(route.IsWide ? 403 : 404, route.IsWide ? "forbidden" : "not_found");
            answer = await route.CallAsync(await server.KeyAsync(world.Account, NeededBy(name)), world.Own);
        }

        // A world has no earlier deployment to go back to.
        answer.Status.ShouldBeOneOf(name.EndsWith("}/rollback", StringComparison.Ordinal) && route.Collection is null ? [409] : [200, 201, 202]);
    }

    private static Place NotOwnType(Place place) => place with
    {
        Ids = place.Ids.Where(i => i.Key != "type").ToDictionary(StringComparer.Ordinal),
    };

    private static async Task ShouldNotTellAsync(Route route, ApiClient client, Place hidden, Place? unknown = null)
    {
        var answers = await Task.WhenAll(route.CallAsync(client, hidden), route.CallAsync(client, unknown ?? Place.Nowhere));
        answers[1].Status.ShouldBe(404, $"{route.Name}: {answers[1].Text}");
        answers[0].Status.ShouldBe(answers[1].Status, $"{route.Name}: {answers[0].Text}");
        BodyOf(answers[0]).ShouldBe(BodyOf(answers[1]), route.Name);
    }

    private static string BodyOf(ApiAnswer answer)
    {
        var body = JsonNode.Parse(answer.Text)!.AsObject();
        body.Remove("request_id");
        return body.ToJsonString();
    }

    private static Route Find(string name) => Routes.All.Single(r => r.Name == name);

    private IReadOnlyList<string> NeededBy(string name) => Endpoints()[name].Metadata.GetMetadata<NeededAbilities>()!.Abilities;

    private Dictionary<string, RouteEndpoint> Endpoints() => server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(e => e.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal) && e.Metadata.GetMetadata<IAllowAnonymous>() is null)
        .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => (Name: $"{m} {e.RoutePattern.RawText!.TrimEnd('/')}", e)))
        .ToDictionary(e => e.Name, e => e.e, StringComparer.Ordinal);
}
