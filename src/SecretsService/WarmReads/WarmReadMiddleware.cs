using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Http;
using SecretsService.Limits;

namespace SecretsService.WarmReads;

/// <summary>
/// Gives an answer that was kept, where it is still what a read would give, before the request is routed. Whatever stands against that is the business of
/// the route itself, which the request then goes on to: it authenticates and reads anew.
/// </summary>
internal sealed class WarmReadMiddleware(
    RequestDelegate next, SealedAnswers answers, AuditedReads reads, RateLimits limits, KeyUses uses, TimeProvider clock)
{
    private const string PathEnd = "/injection";

    public Task InvokeAsync(HttpContext context) => Find(context) is { } answer ? GiveAsync(context, answer) : next(context);

    /// <summary>The key that the answer to a request is kept under; null where none is.</summary>
    public static WarmKey? KeyOf(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && context.Request.Path.Value!.EndsWith(PathEnd, StringComparison.OrdinalIgnoreCase)
        && context.Features.Get<IHttpRequestFeature>()?.RawTarget is { } target
            ? WarmKey.Of(context.Request, target)
            : null;

    private WarmAnswer? Find(HttpContext context) =>
        answers.IsOn && KeyOf(context) is { } key && answers.TryFind(key, out var answer) && clock.GetUtcNow() < answer.EndsAt ? answer : null;

    private async Task GiveAsync(HttpContext context, WarmAnswer answer)
    {
        var isHeld = context.Request.Headers.IfNoneMatch.Count > 0 && answer.Tag.IsHeldBy(context.Request);

        // A key that has no request left is refused behind authentication, as ever.
        if (!limits.TryTake(answer.ApiKeyId, out _))
        {
            await next(context);
            return;
        }

        var isFresh = await reads.RecordAsync(answer, context.Connection.RemoteIpAddress?.ToString(), handsOut: !isHeld);
        if (isFresh)
        {
            uses.Note(answer.AccountId, answer.ApiKeyId, clock.GetUtcNow());
        }

        if (isFresh && isHeld)
        {
            Begin(context, answer);
            context.Response.StatusCode = StatusCodes.Status304NotModified;
        }
        else if (!isFresh || !await TryWriteAsync(context, answer))
        {
            context.Features.Set(new CountedKey(answer.ApiKeyId));
            await next(context);
        }
    }

    private static void Begin(HttpContext context, WarmAnswer answer)
    {
        // For the log. Not earlier: routing leaves a request alone that has a route.
        context.SetEndpoint(answer.Route);
        AnswerHeaders.Set(context);
        context.Response.Headers.ETag = answer.TagText;
    }

    // False where the answer does not open, because the memory that it lies in is broken: it is made anew then, and recorded twice.
    private async Task<bool> TryWriteAsync(HttpContext context, WarmAnswer answer)
    {
        var body = ArrayPool<byte>.Shared.Rent(SealedValue.PlaintextLength(answer.SealedBody.Length));
        var length = 0;
        try
        {
            length = answers.Open(answer, body);
            Begin(context, answer);
            context.Response.ContentType = answer.ContentType;
            context.Response.ContentLength = length;

            // A connection that is gone swallows it; asking for the request's token would make a source of one for each request.
            await context.Response.Body.WriteAsync(body.AsMemory(0, length), CancellationToken.None);
            return true;
        }
        catch (SealedValueException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(body);
        }
    }
}
