using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>Who changes what they have seen cannot overwrite what they have not.</summary>
public sealed class ChangingUnderIfMatchTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task A_create_a_get_and_a_put_answer_the_tag_of_the_same_state()
    {
        var account = await server.NewShopAsync();

        var created = await account.Client.PostAsync(Global, new { key = "A", value = "1" });
        var read = await account.Client.GetAsync($"{Global}/{created.Id}");
        var changed = await account.Client.PutAsync($"/secrets/{created.Id}", new { value = "2" });
        var readAgain = await account.Client.GetAsync($"/secrets/{created.Id}");

        Tag(created).ShouldMatch("^\"[0-9a-f]{32}\"$");
        Tag(read).ShouldBe(Tag(created));
        Tag(changed).ShouldNotBe(Tag(created));
        Tag(readAgain).ShouldBe(Tag(changed));
    }

    [Theory]
    [InlineData("""{"value": "2"}""")]
    [InlineData("""{"key": "B"}""")]
    [InlineData("""{"description": "d"}""")]
    [InlineData("""{"expires_at": "2999-01-01T00:00:00Z"}""")]
    [InlineData("""{"pinned": true}""")]
    [InlineData("""{"is_secret": false, "value": "1"}""")]
    public async Task Every_change_makes_another_tag_and_none_keeps_it(string change)
    {
        var (account, path, tag) = await WithSecretAsync();

        var changed = Tag(await account.Client.PutAsync(path, change));

        changed.ShouldNotBe(tag);
        Tag(await account.Client.PutAsync(path, change)).ShouldBe(changed);
    }

    [Fact]
    public async Task The_tag_that_was_seen_lets_each_change_pass()
    {
        var (account, path, tag) = await WithSecretAsync();

        tag = Tag(await account.Client.PutAsync(path, new { value = "2" }, ("If-Match", tag)));
        tag = Tag(await account.Client.PostAsync($"{path}/rollback", new { version = 1 }, ("If-Match", tag)));
        (await account.Client.DeleteAsync(path, ("If-Match", tag))).ShouldBe(200);
    }

    [Theory]
    [InlineData("\"00000000000000000000000000000000\"")]
    [InlineData("\"\"")]
    [InlineData("\"a\", \"b\"")]
    public async Task Another_tag_lets_none_pass(string other)
    {
        var (account, path, tag) = await WithSecretAsync();

        (await account.Client.PutAsync(path, new { value = "2" }, ("If-Match", other))).ShouldBeError(412, "precondition_failed");
        (await account.Client.PostAsync($"{path}/rollback", new { version = 1 }, ("If-Match", other))).ShouldBeError(412, "precondition_failed");
        (await account.Client.DeleteAsync(path, ("If-Match", other))).ShouldBeError(412, "precondition_failed");
        (await account.Client.DeleteAsync(path + "?purge=true", ("If-Match", other))).ShouldBeError(412, "precondition_failed");
        Tag(await account.Client.GetAsync(path)).ShouldBe(tag);
    }

    [Fact]
    public async Task A_weak_tag_is_never_the_same()
    {
        var (account, path, tag) = await WithSecretAsync();

        (await account.Client.PutAsync(path, new { value = "2" }, ("If-Match", $"W/{tag}"))).ShouldBeError(412, "precondition_failed");
    }

    [Fact]
    public async Task An_asterisk_stands_for_any_state_and_a_list_for_each_of_its_tags()
    {
        var (account, path, _) = await WithSecretAsync();

        var tag = Tag(await account.Client.PutAsync(path, new { value = "2" }, ("If-Match", "*")));
        (await account.Client.PutAsync(path, new { value = "3" }, ("If-Match", $"\"another\", {tag}"))).ShouldBe(200);
        (await account.Client.DeleteAsync(path, ("If-Match", "*"))).ShouldBe(200);
        (await account.Client.DeleteAsync(path, ("If-Match", "*"))).ShouldBeError(404, "not_found");
    }

    [Theory]
    [InlineData("unquoted")]
    [InlineData("\"half")]
    [InlineData("")]
    [InlineData(",")]
    public async Task A_header_that_holds_no_tag_is_refused_and_not_passed_over(string header)
    {
        var (account, path, tag) = await WithSecretAsync();

        (await account.Client.PutAsync(path, new { value = "2" }, ("If-Match", header))).ShouldBeError(400, "malformed").Message!.ShouldContain("If-Match");
        (await account.Client.DeleteAsync(path, ("If-Match", header))).ShouldBeError(400, "malformed");
        (await account.Client.PostAsync($"{path}/rollback", new { version = 1 }, ("If-Match", header))).ShouldBeError(400, "malformed");
        Tag(await account.Client.GetAsync(path)).ShouldBe(tag);
    }

    [Fact]
    public async Task Who_holds_the_state_already_is_answered_304_without_a_body()
    {
        var (account, path, tag) = await WithSecretAsync();

        foreach (var header in new[] { tag, $"W/{tag}", "*", $"\"another\", {tag}" })
        {
            var answer = await account.Client.GetAsync(path, ("If-None-Match", header));
            answer.ShouldBe(304).Text.ShouldBeEmpty();
            answer.Headers["ETag"].ShouldBe(tag);
        }

        await account.Client.PutAsync(path, new { value = "2" });
        (await account.Client.GetAsync(path, ("If-None-Match", tag))).ShouldBe(200);
    }

    [Fact]
    public async Task Of_many_that_have_seen_the_same_state_one_changes_it()
    {
        var (account, path, tag) = await WithSecretAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(n =>
            account.Client.PutAsync(path, new { value = $"of {n}" }, ("If-Match", tag))));

        var winner = answers.Single(a => a.Status == 200);
        answers.Where(a => a != winner).ShouldAllBe(a => a.Status == 412);
        (await account.Client.GetAsync(path)).Data.GetRawText().ShouldBe(winner.Data.GetRawText());
        winner.Version().ShouldBe(2);
    }

    [Fact]
    public async Task Of_a_delete_and_a_change_that_have_seen_the_same_state_one_passes()
    {
        foreach (var round in Enumerable.Range(0, 5))
        {
            var (account, path, tag) = await WithSecretAsync();

            var answers = await Task.WhenAll(
                account.Client.PutAsync(path, new { value = "2" }, ("If-Match", tag)), account.Client.DeleteAsync(path, ("If-Match", tag)));

            answers.Count(a => a.Status == 200).ShouldBe(1, $"round {round}");
            answers.Count(a => a.Status is 404 or 412).ShouldBe(1, $"round {round}");
        }
    }

    private async Task<(Account Account, string Path, string Tag)> WithSecretAsync()
    {
        var account = await server.NewShopAsync();
        var created = await account.Client.PostAsync(OfProduction, new { key = "A", value = "1" });
        return (account, $"{OfProduction}/{created.Id}", Tag(created));
    }

    private static string Tag(ApiAnswer answer)
    {
        answer.Status.ShouldBeOneOf(200, 201);
        return answer.Headers["ETag"];
    }
}
