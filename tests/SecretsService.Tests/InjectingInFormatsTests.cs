using SecretsService.Formats;
using SecretsService.Resolution;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>The merged map, as the bare text that one consumer reads.</summary>
public sealed class InjectingInFormatsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Canary = "c4n4ry";

    public static TheoryData<string> Formats => [.. VariableFormats.All.Select(f => f.Name)];

    [Fact]
    public async Task A_script_for_the_shell_is_the_bare_text()
    {
        var account = await ShopAsync();
        await account.HasSecretAsync("B", "it's");
        await account.HasSecretAsync("A", " é\n$(id)");

        var answer = await account.Client.GetAsync(Production + "/injection?format=shell");

        answer.ShouldBe(200).Text.ShouldBe("export A=' é\n$(id)'\nexport B='it'\\''s'\n");
        answer.Headers["Content-Type"].ShouldBe("text/plain; charset=utf-8");
        answer.Headers["Content-Length"].ShouldBe("40");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Every_format_is_answered_as_the_map_is(string format)
    {
        var account = await ShopAsync();
        await account.HasSecretAsync("STRIPE_SECRET_KEY", Canary);
        var path = $"{Production}/injection?format={format}";

        var answer = (await account.Client.GetAsync(path)).ShouldBe(200);
        var again = (await account.Client.GetAsync(path)).ShouldBe(200);
        var held = await account.Client.GetAsync(path, ("If-None-Match", answer.Headers["ETag"]));
        var head = await account.Client.SendAsync(HttpMethod.Head, path, content: null);

        answer.Text.ShouldNotBeEmpty();
        answer.Headers["Content-Type"].ShouldBe($"{VariableFormats.Find(format)!.MediaType}; charset=utf-8");
        answer.Headers["Cache-Control"].ShouldBe("no-store");
        answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
        answer.Headers["ETag"].ShouldMatch("^\"[0-9a-f]{32}\"$");
        again.Text.ShouldBe(answer.Text);
        again.Headers["ETag"].ShouldBe(answer.Headers["ETag"]);
        held.ShouldBe(304).Text.ShouldBeEmpty();
        held.Headers["ETag"].ShouldBe(answer.Headers["ETag"]);
        head.ShouldBe(200).Text.ShouldBeEmpty();
        head.Headers["Content-Length"].ShouldBe(answer.Headers["Content-Length"]);
        head.Headers["ETag"].ShouldBe(answer.Headers["ETag"]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task An_empty_map_can_be_had_in_every_format(string format)
    {
        var account = await ShopAsync();

        (await account.Client.GetAsync($"{Production}/injection?format={format}")).ShouldBe(200);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task What_a_consumer_cannot_carry_is_refused_by_name_and_never_quoted(string format)
    {
        var account = await ShopAsync();
        foreach (var value in (string[])[$"{Canary}\r", $"{Canary}\nb", $"{Canary}`'\"#\n", $"${{{Canary}}}", $"$({Canary})", $"{Canary}\u0001", new('x', 9_000)])
        {
            var id = await account.HasSecretAsync("ODD_ONE", value);

            var answer = await account.Client.GetAsync($"{Production}/injection?format={format}&prefix=APP_");

            if (answer.Status != 200)
            {
                answer.ShouldBeError(422, "validation_failed").Text.ShouldNotContain(Canary);
                answer.Errors.Keys.ShouldBeSubsetOf(["ODD_ONE", "format"]);
            }

            await account.Client.DeleteAsync($"/secrets/{id}");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Masks_are_given_for_a_format_that_has_them_and_refused_for_others(string format)
    {
        var account = await ShopAsync();
        await account.HasSecretAsync("A", Canary);
        await account.HasAsync("/global-secrets", new { key = "B", value = "plain", is_secret = false });

        var answer = await account.Client.GetAsync($"{Production}/injection?format={format}&mask=true");

        if (VariableFormats.MasksFor(VariableFormats.Find(format)!) is null)
        {
            answer.ShouldBlame("mask", "Only the format github has masks");
        }
        else
        {
            answer.ShouldBe(200).Text.ShouldBe($"::add-mask::{Canary}\n");
        }
    }

    [Fact]
    public async Task Json_is_what_is_answered_without_a_format()
    {
        var account = await ShopAsync();
        await account.HasSecretAsync("A", "1");

        var plain = (await account.Client.GetAsync(Production + "/injection")).ShouldBe(200);
        var json = (await account.Client.GetAsync(Production + "/injection?format=json&mask=false&sources=false")).ShouldBe(200);

        json.Text.ShouldBe(plain.Text);
        json.Headers["ETag"].ShouldBe(plain.Headers["ETag"]);
        json.Headers["Content-Type"].ShouldBe("application/json; charset=utf-8");
    }

    [Fact]
    public async Task Every_route_of_the_map_takes_a_format()
    {
        var account = await ShopAsync();
        await account.HasSecretAsync("A", "1");
        var id = (await account.Client.GetAsync(Production)).ShouldBe(200).Id;

        foreach (var path in (string[])[$"{Production}/injection?", $"/environments/{id}/injection?", "/injection?", "/injection?environment_type=prod&"])
        {
            (await account.Client.GetAsync(path + "format=shell")).ShouldBe(200).Text.ShouldBe("export A='1'\n");
        }
    }

    [Fact]
    public async Task Each_set_of_options_has_an_entity_tag_of_its_own()
    {
        var account = await ShopAsync();
        await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("NEXT_PUBLIC_B", "2");
        string[] queries = ["", "?format=shell", "?prefix=X_", "?format=shell&prefix=X_", "?keys=A", "?exposure=client", "?sources=true", "?format=shell&keys=A"];

        var tags = new List<string>();
        foreach (var query in queries)
        {
            tags.Add((await account.Client.GetAsync($"{Production}/injection{query}")).ShouldBe(200).Headers["ETag"]);
        }

        tags.ShouldBeUnique();
        (await account.Client.GetAsync($"{Production}/injection?format=shell", ("If-None-Match", tags[0]))).ShouldBe(200);
    }

    [Theory]
    [InlineData("format=toml", "format", "There are: json, ")]
    [InlineData("format=", "format", "There is no such format")]
    [InlineData("format=SHELL", "format", "There is no such format")]
    [InlineData("format=json&format=shell", "format", "There is no such format")]
    [InlineData("mask=yes", "mask", "Must be true or false")]
    [InlineData("mask=true", "mask", "Only the format github has masks. Send format=github with it")]
    [InlineData("mask=true&format=json", "mask", "Only the format github has masks")]
    [InlineData("sources=1", "sources", "Must be true or false")]
    [InlineData("sources=true&format=shell", "sources", "Only the format json has sources")]
    [InlineData("formats=shell", "formats", "Unknown query parameter. This route takes: environment_type, format, prefix, exposure, keys, mask, sources.")]
    public async Task What_a_query_cannot_say_is_refused(string query, string field, string words)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync($"/injection?{query}")).ShouldBeError(422, "validation_failed").ShouldBlame(field, words);
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_the_options_is_said_at_once()
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.GetAsync("/injection?format=toml&prefix=1&exposure=all&keys=A,,-&mask=x&sources=x");

        answer.ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["format", "prefix", "exposure", "keys", "mask", "sources"], ignoreOrder: true);
        answer.Errors["keys"].ShouldStartWith("Entry 2 is empty.");
        answer.Errors["keys"].ShouldContain("Entry 3 can be no key.");
    }

    [Fact]
    public async Task A_value_that_does_not_open_fails_every_format()
    {
        var account = await ShopAsync();
        var id = await account.HasSecretAsync("A", "1");
        await account.HasSecretAsync("B", "1");
        await server.ExecuteSqlAsync("UPDATE secret_versions SET sealed_value = '' WHERE account_id = $1 AND secret_id = $2", account.Id, Guid.Parse(id));

        (await account.Client.GetAsync($"{Production}/injection?format=shell&keys=B")).ShouldBeError(500, "value_unreadable");
    }

    [Theory]
    [InlineData("shop", "production", null, "shop-production")]
    [InlineData("shop", "production", "worker", "shop-worker-production")]
    [InlineData("-shop-", "production-", null, "shop--production")]
    [InlineData("-", "-", null, "secrets")]
    public void A_target_has_a_name_that_Kubernetes_takes(string site, string environment, string? app, string name) =>
        new MapOrigin(1, "production", PlaceOf(site), PlaceOf(environment), app is null ? null : PlaceOf(app)).ResourceName.ShouldBe(name);

    [Theory]
    [InlineData(null, "secrets")]
    [InlineData("production", "secrets-production")]
    [InlineData("-", "secrets")]
    public void A_target_without_a_site_has_a_name_too(string? type, string name) =>
        new MapOrigin(1, type, Site: null, Environment: null, App: null).ResourceName.ShouldBe(name);

    private static Resolution.Place PlaceOf(string slug) => new(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), slug);

    private async Task<Account> ShopAsync() => await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
}
