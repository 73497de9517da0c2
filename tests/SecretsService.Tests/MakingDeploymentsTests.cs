using System.Text;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>A pipeline asks for a deployment, and gets one with the map of that moment, or hears everything that stands against it.</summary>
public sealed class MakingDeploymentsTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Theory]
    [InlineData("/sites/shop/environments/production/deployments")]
    [InlineData("/environments/{environment}/deployments")]
    [InlineData("/sites/shop/environments/production/deploy")]
    [InlineData("/environments/{environment}/deploy")]
    public async Task A_deployment_is_made_without_a_body(string path)
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("A", "1");
        using var empty = new StringContent("", Encoding.UTF8, "application/json");

        var answer = (await account.Client.SendAsync(HttpMethod.Post, await account.PathAsync(path), empty)).ShouldBe(202);

        answer.Message.ShouldBe("Deployment created successfully");
        answer.Headers["Location"].ShouldBe($"/api/v1/vector/deployments/{answer.Id}");
        answer.Data.Text("status").ShouldBe("pending");
        answer.Data.Text("environment").ShouldBe("production");
        answer.Data.GetProperty("number").GetInt32().ShouldBe(1);
        answer.Data.GetProperty("variable_count").GetInt32().ShouldBe(1);
        answer.Data.GetProperty("target_deployment_id").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        answer.Data.Text("stdout").ShouldBeEmpty();
        (await account.Client.GetAsync($"/deployments/{answer.Id}")).ShouldBe(200).Data.GetRawText().ShouldBe(answer.Data.GetRawText());
    }
}
