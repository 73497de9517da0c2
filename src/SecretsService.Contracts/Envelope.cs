using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>The answer that carries one object.</summary>
/// <typeparam name="T">The object's type.</typeparam>
public sealed record Envelope<T>
{
    /// <summary>The object.</summary>
    public required T Data { get; init; }

    /// <summary>What was done, in a sentence for people. Programs go by <see cref="HttpStatus"/>.</summary>
    public required string Message { get; init; }

    /// <summary>The status of the HTTP answer, repeated.</summary>
    public required int HttpStatus { get; init; }
}

/// <summary>The answer that carries one page of a list, in a stable order.</summary>
/// <typeparam name="T">The type of the list's items.</typeparam>
public sealed record ListEnvelope<T>
{
    /// <summary>The items of this page.</summary>
    public required IReadOnlyList<T> Data { get; init; }

    /// <summary>Where the other pages are.</summary>
    public required PageLinks Links { get; init; }

    /// <summary>Which page this is, of how many.</summary>
    public required PageMeta Meta { get; init; }

    /// <summary>What was done, in a sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>The status of the HTTP answer, repeated.</summary>
    public required int HttpStatus { get; init; }
}

/// <summary>References to other pages of a list: a path and query, relative to the service's address (RFC 3986, section 4.2).</summary>
public sealed record PageLinks
{
    /// <summary>The first page.</summary>
    public required string First { get; init; }

    /// <summary>The last page; the first one where the list is empty.</summary>
    public required string Last { get; init; }

    /// <summary>The page before this one, or null on the first.</summary>
    public required string? Prev { get; init; }

    /// <summary>The page after this one, or null on the last.</summary>
    public required string? Next { get; init; }
}

/// <summary>Which page of a list an answer holds.</summary>
public sealed record PageMeta
{
    /// <summary>This page's number, from 1.</summary>
    public required int CurrentPage { get; init; }

    /// <summary>The number of this page's first item within the whole list, from 1; null where the page is empty.</summary>
    public required int? From { get; init; }

    /// <summary>The number of this page's last item within the whole list; null where the page is empty.</summary>
    public required int? To { get; init; }

    /// <summary>The number of items in the whole list.</summary>
    public required int Total { get; init; }

    /// <summary>The most items that a page holds: 1 to 100, 15 unless asked.</summary>
    public required int PerPage { get; init; }

    /// <summary>The last page's number; 1 where the list is empty.</summary>
    public required int LastPage { get; init; }
}

/// <summary>The answer to a request that failed.</summary>
public sealed record ErrorEnvelope
{
    /// <summary>Always an empty object, so that a client that reads <c>data</c> first finds one.</summary>
    public EmptyObject Data { get; init; } = new();

    /// <summary>What is wrong, in a sentence for people. Never repeats a secret's value.</summary>
    public required string Message { get; init; }

    /// <summary>What is wrong, for programs: one of <see cref="ErrorCodes"/>, stable across releases.</summary>
    public required string Code { get; init; }

    /// <summary>For each field that is at fault, what is wrong with it and what to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    /// <summary>The status of the HTTP answer, repeated.</summary>
    public required int HttpStatus { get; init; }

    /// <summary>Names this request in the service's log; the answer's <c>X-Request-Id</c> header repeats it.</summary>
    public required string RequestId { get; init; }
}

/// <summary>An object without members: <c>{}</c>.</summary>
[SuppressMessage("Major Code Smell", "S2094", Justification = "Being empty is what it is for")]
public sealed record EmptyObject;
