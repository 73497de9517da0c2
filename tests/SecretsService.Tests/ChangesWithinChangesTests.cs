using Microsoft.EntityFrameworkCore;
using SecretsService.Storage;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>An operation that is a part of a larger one: what it gave up is not stored with the rest.</summary>
public sealed class ChangesWithinChangesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task Changes_of_one_account_that_wait_for_each_other_leave_the_database_to_the_others()
    {
        var (account, db) = await NewAsync();
        var other = await server.NewAccountAsync();
        await using var context = db;
        Task<ApiAnswer>[] waiting;
        await using (await AccountTransaction.BeginAsync(db, account.Id, default))
        {
            waiting = [.. Enumerable.Range(0, 60).Select(n => account.Client.PostAsync("/global-secrets", new { key = $"K{n}", value = "v" }))];
            for (var n = 0; n < 50; n++)
            {
                (await other.Client.GetAsync("/global-secrets")).ShouldBe(200);
            }
        }

        foreach (var answer in await Task.WhenAll(waiting))
        {
            answer.ShouldBe(201);
        }
    }

    [Fact]
    public async Task A_part_is_stored_with_the_whole()
    {
        var (account, db) = await NewAsync();
        await using var context = db;
        await using (var whole = await AccountTransaction.BeginAsync(db, account.Id, default))
        {
            await RenameAsync(db, account, "part", commits: true);
            (await NameOfAsync(account)).ShouldBe("test account");
            await whole.CommitAsIsAsync(default);
        }

        (await NameOfAsync(account)).ShouldBe("part");
    }

    [Fact]
    public async Task A_part_that_was_given_up_is_not_stored_with_the_whole()
    {
        var (account, db) = await NewAsync();
        await using var context = db;
        await using (var whole = await AccountTransaction.BeginAsync(db, account.Id, default))
        {
            await RenameAsync(db, account, "first part", commits: true);
            await RenameAsync(db, account, "second part", commits: false);
            await whole.CommitAsIsAsync(default);
        }

        (await NameOfAsync(account)).ShouldBe("first part");
    }

    [Fact]
    public async Task A_part_of_a_part_goes_with_it()
    {
        var (account, db) = await NewAsync();
        await using var context = db;
        await using (var whole = await AccountTransaction.BeginAsync(db, account.Id, default))
        {
            await RenameAsync(db, account, "before", commits: true);
            await using (await AccountTransaction.BeginAsync(db, account.Id, default))
            {
                await RenameAsync(db, account, "within", commits: true);
            }

            await whole.CommitAsIsAsync(default);
        }

        (await NameOfAsync(account)).ShouldBe("before");
    }

    [Fact]
    public async Task A_part_that_the_database_refused_leaves_the_whole_usable()
    {
        var (account, db) = await NewAsync();
        await using var context = db;
        await using (var whole = await AccountTransaction.BeginAsync(db, account.Id, default))
        {
            await Should.ThrowAsync<Exception>(() => RenameAsync(db, account, null, commits: true));
            await RenameAsync(db, account, "next part", commits: true);
            await whole.CommitAsIsAsync(default);
        }

        (await NameOfAsync(account)).ShouldBe("next part");
    }

    [Fact]
    public async Task A_whole_that_was_given_up_takes_its_parts_with_it()
    {
        var (account, db) = await NewAsync();
        await using var context = db;
        await using (await AccountTransaction.BeginAsync(db, account.Id, default))
        {
            await RenameAsync(db, account, "part", commits: true);
        }

        (await NameOfAsync(account)).ShouldBe("test account");
    }

    private static async Task RenameAsync(SecretsDbContext db, Account account, string? name, bool commits)
    {
        await using var change = await AccountTransaction.BeginAsync(db, account.Id, default);
        await db.Database.ExecuteSqlAsync($"UPDATE accounts SET name = {name} WHERE id = {account.Id}");
        if (commits)
        {
            await change.CommitAsIsAsync(default);
        }
    }

    private async Task<(Account Account, SecretsDbContext Db)> NewAsync() => (
        await server.NewAccountAsync(),
        new SecretsDbContext(new DbContextOptionsBuilder<SecretsDbContext>().UseNpgsql(server.ConnectionString).Options));

    private Task<string> NameOfAsync(Account account) => server.QuerySqlAsync<string>("SELECT name FROM accounts WHERE id = $1", account.Id);
}
