using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.EntityFrameworkCore;
using SecretsService.Contracts;
using SecretsService.Outcomes;

namespace SecretsService.Http;

/// <summary>Some items of a list.</summary>
/// <param name="Items">The items of one page.</param>
/// <param name="Total">How many the whole list has.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, int Total)
{
    /// <summary>A parameter that the links to other pages have, so that those show the same list; null where they repeat the request's.</summary>
    public (QueryParameter Parameter, string Value)? Pin { get; init; }
}

/// <summary>Which page of a list a request asks for.</summary>
internal sealed class PageRequest : IRequestPart, IBindableFromHttpContext<PageRequest>
{
    public const int DefaultPerPage = 15;
    public const int MaxPerPage = 100;
    public const int MaxPage = 1_000_000;

    private readonly HttpRequest _request;

    private PageRequest(HttpRequest request)
    {
        var errors = new FieldErrors();
        _request = request;
        Number = Read(request.Query, QueryParameters.Page.Name, 1, MaxPage, errors);
        Size = Read(request.Query, QueryParameters.PerPage.Name, DefaultPerPage, MaxPerPage, errors);
        Failure = errors.Count == 0 ? null : Failure.Invalid(errors);
    }

    public Failure? Failure { get; }

    /// <summary>The page's number, from 1.</summary>
    public int Number { get; }

    /// <summary>The most items that it holds.</summary>
    public int Size { get; }

    /// <summary>How many items stand before it.</summary>
    public int Offset => (Number - 1) * Size;

    public static ValueTask<PageRequest?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<PageRequest?>(new PageRequest(context.Request));

    public PageMeta MetaOf(int count, int total)
    {
        return new PageMeta
        {
            CurrentPage = Number,
            From = count == 0 ? null : Offset + 1,
            To = count == 0 ? null : Offset + count,
            Total = total,
            PerPage = Size,
            LastPage = LastPageOf(total),
        };
    }

    public PageLinks LinksTo(int total, (QueryParameter Parameter, string Value)? pin)
    {
        var last = LastPageOf(total);
        return new PageLinks
        {
            First = LinkTo(1, pin),
            Last = LinkTo(last, pin),
            Prev = Number > 1 ? LinkTo(Math.Min(Number - 1, last), pin) : null,
            Next = Number < last ? LinkTo(Number + 1, pin) : null,
        };
    }

    private static int Read(IQueryCollection query, string name, int fallback, int max, FieldErrors errors)
    {
        if (!query.TryGetValue(name, out var text))
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max)
        {
            return number;
        }

        errors.Add(name, $"Must be a whole number from 1 to {max}.");
        return fallback;
    }

    private int LastPageOf(int total) => Math.Max(1, (total + Size - 1) / Size);

    // Relative: the service need not know the address that a proxy shows, and never repeats a forged Host header.
    private string LinkTo(int page, (QueryParameter Parameter, string Value)? pin)
    {
        var others = _request.Query
            .Where(q => !QueryParameters.Page.Is(q.Key) && !QueryParameters.PerPage.Is(q.Key) && pin?.Parameter.Is(q.Key) != true)
            .SelectMany(q => q.Value, (q, value) => KeyValuePair.Create(q.Key, value ?? ""));
        var query = new QueryBuilder(pin is { } pinned ? others.Append(KeyValuePair.Create(pinned.Parameter.Name, pinned.Value)) : others)
        {
            { QueryParameters.Page.Name, page.ToString(CultureInfo.InvariantCulture) },
            { QueryParameters.PerPage.Name, Size.ToString(CultureInfo.InvariantCulture) },
        };
        return UriHelper.BuildRelative(_request.PathBase, _request.Path, query.ToQueryString());
    }
}

/// <summary>Reads pages from the database.</summary>
internal static class PagingExtensions
{
    /// <summary>Reads one page and counts the whole list. The query must have an order that no two items share.</summary>
    public static async Task<Page<T>> ToPageAsync<T>(this IQueryable<T> query, PageRequest page, CancellationToken cancellation)
    {
        var total = await query.CountAsync(cancellation);
        var items = await query.Skip(page.Offset).Take(page.Size).ToListAsync(cancellation);
        return new Page<T>(items, total);
    }
}
