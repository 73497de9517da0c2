using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using SecretsService.Audit;
using SecretsService.Cryptography;
using SecretsService.WarmReads;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.WarmReads;

/// <summary>What lies in memory is sealed, and there is no more of it than the settings say.</summary>
public sealed class SealingAnswersTests
{
    [Fact]
    public void A_body_lies_in_memory_sealed_and_opens_in_this_process_only()
    {
        using var answers = NewCache(1);
        using var others = NewCache(1);
        var body = Encoding.UTF8.GetBytes("before canary after");
        var answer = NewAnswer(answers.Seal(body));
        var opened = new byte[body.Length];

        answers.Open(answer, opened).ShouldBe(body.Length);

        opened.ShouldBe(body);
        answer.SealedBody.AsSpan().IndexOf("canary"u8).ShouldBe(-1);
        Should.Throw<SealedValueException>(() => others.Open(answer, opened));
        opened.ShouldAllBe(b => b == 0);
    }

    [Fact]
    public void The_same_body_is_sealed_differently_each_time()
    {
        using var answers = NewCache(1);

        answers.Seal("body"u8).ShouldNotBe(answers.Seal("body"u8));
    }

    [Fact]
    public void There_is_never_more_than_the_setting_allows_and_what_is_asked_for_stays()
    {
        using var answers = NewCache(1);
        var favourite = KeyOf("favourite");
        answers.Keep(favourite, NewAnswer(new byte[1_000]));

        for (var i = 0; i < 1_000; i++)
        {
            answers.Keep(KeyOf($"{i}"), NewAnswer(new byte[10_000]));
            answers.TryFind(favourite, out _).ShouldBeTrue();
            answers.SizeBytes.ShouldBeLessThanOrEqualTo(1_048_576);
        }

        answers.Count.ShouldBeInRange(50, 105);
        answers.TryFind(KeyOf("0"), out _).ShouldBeFalse();
        answers.TryFind(KeyOf("999"), out _).ShouldBeTrue();
    }

    [Fact]
    public void An_answer_takes_the_place_of_the_earlier_one()
    {
        using var answers = NewCache(1);
        var (first, second) = (NewAnswer(new byte[100]), NewAnswer(new byte[200]));
        answers.Keep(KeyOf("a"), first);
        var size = answers.SizeBytes;

        answers.Keep(KeyOf("a"), second);

        answers.TryFind(KeyOf("a"), out var found).ShouldBeTrue();
        found.ShouldBeSameAs(second);
        answers.Count.ShouldBe(1);
        answers.SizeBytes.ShouldBe(size + 100);
    }

    [Theory]
    [InlineData(1, 1_048_576)]
    [InlineData(0, 1)]
    public void What_is_larger_than_all_room_is_not_kept(int megabytes, int bytes)
    {
        using var answers = NewCache(megabytes);

        answers.Keep(KeyOf("a"), NewAnswer(new byte[bytes]));

        answers.Count.ShouldBe(0);
        answers.SizeBytes.ShouldBe(0);
    }

    [Theory]
    [InlineData("token", "/b")]
    [InlineData("other", "/a")]
    [InlineData("", "/a")]
    public void Another_token_and_another_path_are_another_key(string token, string target)
    {
        using var answers = NewCache(1);
        answers.Keep(KeyOf("/a", "token"), NewAnswer(new byte[1]));

        answers.TryFind(KeyOf(target, token), out _).ShouldBeFalse();
        answers.TryFind(KeyOf("/a", "token"), out _).ShouldBeTrue();
    }

    [Fact]
    public void Reads_of_one_answer_from_one_address_become_one_record_that_counts_them()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(60);
        var (one, other, elsewhere) = (NewAnswer([]), NewAnswer([]), NewAnswer([], revision: 8));

        var groups = ReadGroup.Of(
            [new(one, "::1", true), new(other, "::1", true), new(one, "::1", true), new(one, "::2", true), new(one, "::1", false), new(elsewhere, null, false)], now);

        groups.Count.ShouldBe(2);
        (groups[0].Revision, groups[0].Count).ShouldBe((7L, 5));
        using var records = JsonDocument.Parse(groups[0].Sign().Records!);
        records.RootElement.EnumerateArray().Select(r => $"{r.GetProperty("ip").GetString()} {r.GetProperty("count").GetInt32()}").ShouldBe(["::1 2", "::1 1", "::2 1"]);
        groups[1].Sign().ShouldBe((null, null), "nothing is handed out of it");
    }

    private static SealedAnswers NewCache(int megabytes) => new(Options.Create(new InjectionOptions { CacheMegabytes = megabytes }));

    private static WarmKey KeyOf(string target, string token = "token")
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Authorization = $"Bearer {token}";
        return WarmKey.Of(request, target);
    }

    private static WarmAnswer NewAnswer(byte[] body, long revision = 7) => new()
    {
        AccountId = Guid.Empty,
        ApiKeyId = Guid.Empty,
        Revision = revision,
        EndsAt = DateTimeOffset.MaxValue,
        Record = new EventRecord
        {
            Id = Guid.Empty,
            Event = EventNames.SecretsInjected,
            ActorType = EventJournal.ApiKey,
            ActorName = "test key",
            ResourceType = "target",
            Context = JsonDocument.Parse("{}").RootElement,
            OccurredAt = DateTimeOffset.UnixEpoch,
        },
        JournalKey = FingerprintKey.Generate(),
        Route = new Endpoint(requestDelegate: null, metadata: null, displayName: null),
        Tag = new EntityTagHeaderValue("\"tag\""),
        TagText = "\"tag\"",
        ContentType = "text/plain",
        SealedBody = body,
    };
}
