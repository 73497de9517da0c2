using FsCheck;
using FsCheck.Fluent;
using SecretsService.Audit;
using SecretsService.Cryptography;
using SecretsService.Events;
using SecretsService.Storage.Rows;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Events;

/// <summary>Whatever was recorded, and whatever is done to one record of it: the chain as it was made is whole, and one that was changed is not.</summary>
public sealed class FollowingChainsTests : IDisposable
{
    private static readonly Guid Account = Guid.CreateVersion7();

    private readonly FingerprintKey _key = FingerprintKey.Generate();

    public void Dispose() => _key.Dispose();

    [Fact]
    public void A_chain_is_whole_as_it_was_made_and_broken_where_it_was_changed() =>
        Prop.ForAll(Chains(), chain =>
        {
            var (head, rows) = Make(chain.Contexts, chain.Counts);
            FirstBroken(head, rows).ShouldBeNull();
            var at = chain.At % rows.Count;

            // What is sound of a changed chain is what stands before the change.
            FirstBroken(head, Change(rows, at, chain.Change)).ShouldBe(at);
        }).QuickCheckThrowOnFailure();

    private static Arbitrary<(string[] Contexts, int[] Counts, int At, int Change)> Chains() =>
        (from contexts in Gen.Choose(0, 99).Select(n => $"{{\"key\":{n}}}").ListOf().Where(list => list.Count > 1)
         from counts in Gen.Choose(1, 1_000).ArrayOf(contexts.Count)
         from at in Gen.Choose(0, 1_000)
         from change in Gen.Choose(0, 5)
         select (contexts.ToArray(), counts, at, change)).ToArbitrary();

    // The index of the first row that is not sound; null where all are.
    private int? FirstBroken(EventChainRow head, List<EventRow> rows)
    {
        var walk = new ChainWalk(head, _key);
        var broken = walk.Take(rows);
        var problem = broken is null ? walk.ProblemOfHead(rows.LastOrDefault()) : walk.ProblemOf(broken, rows.SkipWhile(row => row != broken).Skip(1));
        return problem is null ? null : (int)walk.Report(problem, DateTimeOffset.UnixEpoch).Rows;
    }

    private static List<EventRow> Change(List<EventRow> rows, int at, int change)
    {
        var (row, changed) = (rows[at], rows.ToList());
        switch (change)
        {
            case 0: changed.RemoveAt(at); break;
            case 1: changed[at] = Row(row.Seq, row.Count, row.Context + " ", row.Hash, row.Tag); break;
            case 2: changed[at] = Row(row.Seq, row.Count + 1, row.Context, row.Hash, row.Tag); break;
            case 3: changed[at] = Row(row.Seq + 1, row.Count, row.Context, row.Hash, row.Tag); break;
            case 4: changed[at] = Row(row.Seq, row.Count, row.Context, row.Hash, row.Hash); break;
            default: changed.Insert(at, Row(row.Seq, row.Count, "{}", row.Hash, row.Tag)); break;
        }

        return changed;
    }

    private (EventChainRow Head, List<EventRow> Rows) Make(string[] contexts, int[] counts)
    {
        var head = ChainHead.Start(Account);
        var rows = new List<EventRow>();
        foreach (var (context, count) in contexts.Zip(counts))
        {
            head.Seq += count;
            head.Hash = EventChain.HashOf(head.Hash, Row(head.Seq, count, context, [], []));
            rows.Add(Row(head.Seq, count, context, head.Hash, EventChain.TagOf(head.Hash, _key)));
        }

        head.Tag = EventChain.TagOf(head, _key);
        return (head, rows);
    }

    private static EventRow Row(long seq, int count, string context, byte[] hash, byte[] tag) => new()
    {
        AccountId = Account,
        Seq = seq,
        Count = count,
        Id = Guid.Empty,
        Event = EventNames.SecretUpdated,
        ActorType = EventJournal.SystemActor,
        ActorId = null,
        ActorName = "test",
        ActorIp = null,
        ResourceType = "secret",
        ResourceId = null,
        SiteId = null,
        EnvironmentId = null,
        AppId = null,
        Manifest = null,
        Context = context,
        OccurredAt = DateTimeOffset.UnixEpoch,
        Hash = hash,
        Tag = tag,
    };
}
