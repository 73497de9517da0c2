using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>An environment names the platform that it deploys to. What that platform cannot take is said when it is written, and stands against a deployment.</summary>
public sealed class NamingTargetsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task An_environment_names_its_target_changes_and_clears_it()
    {
        var account = await server.NewShopAsync();

        (await account.Client.GetAsync(Production)).ShouldBe(200).Data.GetProperty("target").GetString().ShouldBeNull();
        (await account.Client.PutAsync(Production, new { target = "lambda" })).ShouldBe(200).Data.Text("target").ShouldBe("lambda");
        (await account.Client.PutAsync(Production, new { name = "Live" })).ShouldBe(200).Data.Text("target").ShouldBe("lambda");
        (await account.Client.PutAsync(Production, """{"target": null}""")).ShouldBe(200).Data.GetProperty("target").GetString().ShouldBeNull();
        (await account.Client.PostAsync("/sites/shop/environments", new { name = "Edge", target = "docker" })).ShouldBe(201).Data.Text("target").ShouldBe("docker");
    }

    [Fact]
    public async Task A_target_that_there_is_not_is_refused_with_those_there_are()
    {
        var account = await server.NewShopAsync();

        (await account.Client.PutAsync(Production, new { target = "heroku" })).ShouldBlame("target", "compose, docker, github, kubernetes, lambda, lambda-wordpress, systemd");
        (await account.Client.PostAsync("/sites/shop/environments", new { name = "Edge", target = "Docker" })).ShouldBlame("target", "one of");
        (await account.Client.PostAsync($"{Production}/deployments", new { target = "heroku" })).ShouldBlame("target", "one of");
        (await account.Client.GetAsync($"{Production}/preflight?target=heroku")).ShouldBlame("target", "one of");
    }

    [Theory]
    [InlineData("lambda", "TZ", "Europe/Paris", "reserves")]
    [InlineData("lambda", "_KEY", "1", "letter")]
    [InlineData("docker", "PEM", "first\nsecond", "several lines")]
    [InlineData("lambda-wordpress", "WP_HOME", "https://example.com", "sets this variable itself")]
    public async Task What_a_target_cannot_take_is_warned_of_and_stands_against_a_deployment(string target, string key, string value, string reason)
    {
        var account = await server.NewShopAsync();
        (await account.Client.PutAsync(Production, new { target })).ShouldBe(200);

        var warnings = (await account.Client.PostAsync(OfProduction, new { key, value })).ShouldBe(201).Warnings();
        var refusal = await account.Client.PostAsync($"{Production}/deployments", "{}");

        warnings.ShouldContain(w => w.Contains($"shop/production, whose target is {target}", StringComparison.Ordinal) && w.Contains(reason, StringComparison.OrdinalIgnoreCase));
        refusal.ShouldBlame("secrets", key);
        refusal.Text.ShouldNotContain(value == "1" ? "\"1\"" : value);
        (await account.Client.PostAsync($"{Staging}/deployments", "{}")).ShouldBe(202);
    }

    [Fact]
    public async Task A_value_over_the_limit_of_one_is_warned_of_by_its_size()
    {
        var account = await server.NewShopAsync();
        (await account.Client.PutAsync(Production, new { target = "github" })).ShouldBe(200);

        (await account.Client.PostAsync(OfProduction, new { key = "AT", value = new string('x', 48 * 1024) })).ShouldBe(201).Warnings().ShouldBeEmpty();
        (await account.Client.PostAsync(OfProduction, new { key = "PAST", value = new string('x', (48 * 1024) + 1) })).ShouldBe(201).Warnings()
            .ShouldHaveSingleItem().ShouldContain("github");
    }

    [Fact]
    public async Task Every_environment_that_gets_the_secret_has_its_say_and_no_other()
    {
        var account = await server.NewShopAsync();
        (await account.Client.PutAsync(Production, new { target = "docker" })).ShouldBe(200);
        (await account.Client.PutAsync(Staging, new { target = "docker" })).ShouldBe(200);
        var secret = new { key = "PEM", value = "first\nsecond" };

        (await account.Client.PostAsync(Global, secret)).ShouldBe(201).Warnings().ShouldContain(w => w.Contains("shop/production, shop/staging", StringComparison.Ordinal));
        (await account.Client.PostAsync(OfApp, secret)).ShouldBe(201).Warnings().ShouldContain(w => w.Contains("shop/production, shop/staging", StringComparison.Ordinal));
        (await account.Client.PostAsync(OfStaging, secret)).ShouldBe(201).Warnings()
            .ShouldContain(w => w.Contains("shop/staging", StringComparison.Ordinal) && !w.Contains("shop/production", StringComparison.Ordinal));
        (await account.Client.PostAsync("/sites/blog/secrets", secret)).ShouldBe(201).Warnings().ShouldNotContain(w => w.Contains("docker", StringComparison.Ordinal));
        (await account.Client.PostAsync(OfSite, new { key = "PEM", value = "first\nsecond", environment_type = "production" })).ShouldBe(201).Warnings()
            .ShouldContain(w => w.Contains("shop/production,", StringComparison.Ordinal) && !w.Contains("shop/staging", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deployment_may_name_another_target_than_its_environment()
    {
        var account = await server.NewShopAsync();
        (await account.Client.PutAsync(Production, new { target = "lambda" })).ShouldBe(200);
        await account.HasSecretAsync("BIG", new string('x', 4_090));
        await account.HasSecretAsync("ANOTHER", "123");

        (await account.Client.PostAsync($"{Production}/deployments", "{}")).ShouldBlame("secrets", "4,096");
        (await account.Client.PostAsync($"{Production}/deployments", new { target = "docker" })).ShouldBe(202).Data.Text("target").ShouldBe("docker");
    }
}
