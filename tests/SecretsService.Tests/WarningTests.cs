using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>What looks like a mistake is taken, and said.</summary>
public sealed class WarningTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    // Put together here, so that no scanner takes this file for a leak.
    public static TheoryData<string> PrivateLooking =>
    [
        "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc",
        "rk_" + "test_51",
        "-----BEGIN " + "PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE",
        "before it\n-----BEGIN OPENSSH " + "PRIVATE KEY-----",
        "ghp" + "_16C7e42F292c6912E7710c838347Ae178B4a",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "postgres://user:password@db.example:5432/shop",
        "mongodb+srv://user:password@cluster.example",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "sks_something",
    ];

    [Theory]
    [MemberData(nameof(PrivateLooking))]
    public async Task A_value_that_looks_private_under_a_public_name_is_warned_of_and_not_repeated(string value)
    {
        var account = await server.NewShopAsync();

        var answer = await account.Client.PostAsync(Global, new { key = "NEXT_PUBLIC_KEY", value });

        answer.ShouldBe(201).Warnings().ShouldHaveSingleItem().ShouldContain("looks like a private credential");
        answer.Text.ShouldNotContain(value);
        answer.Data.Text("exposure").ShouldBe("client");
    }

    [Theory]
    [InlineData("pk_live_4eC39HqLyjWDarjtT1zdp7dc")]
    [InlineData("https://example.com/path?user=a:b@c")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMIIB")]
    [InlineData("UA-1234-1")]
    [InlineData("")]
    public async Task A_publishable_value_under_a_public_name_is_not(string value)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(Global, new { key = "NEXT_PUBLIC_KEY", value, is_secret = false })).ShouldBe(201).Warnings().ShouldBeEmpty();
        (await account.Client.PostAsync(OfProduction, new { key = "NEXT_PUBLIC_OTHER", value })).ShouldBe(201).Warnings()
            .ShouldHaveSingleItem().ShouldContain("so it is no secret");
    }

    [Fact]
    public async Task A_private_value_under_a_private_name_is_not_warned_of()
    {
        var account = await server.NewShopAsync();

        var answer = await account.Client.PostAsync(Global, new { key = "STRIPE_KEY", value = "sk_" + "live_1" });

        answer.ShouldBe(201).Warnings().ShouldBeEmpty();
        answer.Data.Text("exposure").ShouldBe("server");
    }

    [Fact]
    public async Task A_warning_follows_the_current_value_and_the_current_key()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, new { key = "NEXT_PUBLIC_KEY", value = "pk_1", is_secret = false });

        (await account.Client.PutAsync($"/secrets/{id}", new { value = "sk_" + "live_1" })).Warnings().ShouldHaveSingleItem().ShouldContain("private credential");
        (await account.Client.GetAsync(Global)).Data[0].Texts("warnings").Count.ShouldBe(1);
        (await account.Client.PutAsync($"/secrets/{id}", new { key = "KEY" })).Warnings().ShouldBeEmpty();
        (await account.Client.PutAsync($"/secrets/{id}", new { key = "NEXT_PUBLIC_KEY" })).Warnings().Count.ShouldBe(1);
        (await account.Client.PostAsync($"/secrets/{id}/rollback", new { version = 1 })).Warnings().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("NEXT_PUBLIC_A", "client")]
    [InlineData("NEXT_PUBLIC_", "client")]
    [InlineData("next_public_a", "server")]
    [InlineData("MY_NEXT_PUBLIC_A", "server")]
    [InlineData("NEXT_PUBLIC", "server")]
    [InlineData("VITE_A", "server")]
    public async Task A_public_prefix_makes_a_variable_one_of_the_client(string key, string exposure)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(Global, new { key, value = "1" })).ShouldBe(201).Data.Text("exposure").ShouldBe(exposure);
    }

    [Theory]
    [InlineData("LD_PRELOAD")]
    [InlineData("NODE_OPTIONS")]
    [InlineData("BASH_ENV")]
    [InlineData("PATH")]
    [InlineData("path")]
    [InlineData("PYTHONPATH")]
    [InlineData("DOTNET_STARTUP_HOOKS")]
    public async Task A_name_that_hijacks_a_process_is_warned_of(string key)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(Global, new { key, value = "1" })).ShouldBe(201).Warnings()
            .ShouldBe([$"{key} changes what the process itself loads or runs. Choose another name unless that is what you want."]);
    }

    [Theory]
    [InlineData("AUTH_KEY")]
    [InlineData("WP_HOME")]
    [InlineData("nonce_salt")]
    public async Task A_name_that_the_platform_of_WordPress_sets_is_warned_of(string key)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(Global, new { key, value = "1" })).ShouldBe(201).Warnings().ShouldHaveSingleItem().ShouldContain("lambda-wordpress");
    }

    [Fact]
    public async Task Keys_that_differ_in_case_only_across_scopes_are_warned_of_on_both_sides()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("TOKEN", "1");

        var answer = await account.Client.PostAsync(OfProduction, new { key = "Token", value = "2" });

        answer.ShouldBe(201).Warnings().ShouldBe(["TOKEN of the account differs from it in letter case only: they are two variables."]);
        (await account.Client.GetAsync(Global)).Data[0].Texts("warnings")
            .ShouldBe(["Token of site shop, environment production differs from it in letter case only: they are two variables."]);
        (await account.MapOfAsync(Production)).Keys.ShouldBe(["TOKEN", "Token"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_override_with_the_same_value_is_warned_of_where_it_overrides()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "same");

        var answer = await account.Client.PostAsync(OfProduction, new { key = "A", value = "same" });

        answer.ShouldBe(201).Warnings().ShouldBe(["It overrides A of the account with the same value."]);
        (await account.Client.GetAsync(Global)).Data[0].Texts("warnings").ShouldBeEmpty();
        (await account.Client.PutAsync($"/secrets/{answer.Id}", new { value = "other" })).Warnings().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/sites/blog/secrets", null)]
    [InlineData(OfStaging, null)]
    [InlineData(OfSite, "development")]
    public async Task The_same_value_where_no_target_gets_both_is_not(string collection, string? type)
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(collection, type is null ? new { key = "A", value = "same" } : new { key = "A", value = "same", environment_type = type });

        (await account.Client.PostAsync(OfProduction, new { key = "A", value = "same" })).ShouldBe(201).Warnings().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deleted_secret_is_warned_of_nowhere_and_of_nothing()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("path", "same");
        await account.Client.DeleteAsync($"/secrets/{id}");

        (await account.Client.PostAsync(OfProduction, new { key = "PATH", value = "same" })).ShouldBe(201).Warnings().Count.ShouldBe(1);
        (await account.Client.GetAsync(Global + "?deleted=true")).Data[0].Texts("warnings").ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_accounts_secrets_are_warned_of_in_no_way()
    {
        await (await server.NewShopAsync()).HasSecretAsync("TOKEN", "same");
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(OfProduction, new { key = "Token", value = "same" })).ShouldBe(201).Warnings().ShouldBeEmpty();
    }
}

/// <summary>The operator's own list of public prefixes takes the place of the default one.</summary>
public sealed class PublishingPrefixesTests(PublishingServer server) : IClassFixture<PublishingServer>
{
    [Theory]
    [InlineData("VITE_A", "client")]
    [InlineData("REACT_APP_A", "client")]
    [InlineData("NEXT_PUBLIC_A", "server")]
    public async Task Only_the_operators_prefixes_are_public(string key, string exposure)
    {
        var account = await server.NewAccountAsync();

        var answer = await account.Client.PostAsync(Global, new { key, value = "sk_" + "live_1" });

        answer.ShouldBe(201).Data.Text("exposure").ShouldBe(exposure);
        answer.Warnings().Count.ShouldBe(exposure == "client" ? 1 : 0);
    }
}

/// <summary>A server with public prefixes of its operator's.</summary>
public sealed class PublishingServer : SecretsServer
{
    public PublishingServer() => With("Secrets:PublicPrefixes:0", "VITE_").With("Secrets:PublicPrefixes:1", "REACT_APP_");
}
