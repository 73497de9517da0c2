using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;
using SecretsService.Contracts;
using SecretsService.Outcomes;

namespace SecretsService.Http;

/// <summary>Turns outcomes into HTTP answers in the envelope. The one place that picks the status of a refusal.</summary>
internal static class Answer
{
    /// <summary>
    /// How answers escape text. Each is JSON and says so (nosniff): nothing needs escaping for the sake of HTML, and text in other scripts stays
    /// readable.
    /// </summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The contracts as answers write them.</summary>
    public static readonly ContractsJson Readable = new(new JsonSerializerOptions(ContractsJson.Default.Options) { Encoder = Encoder });

    /// <summary>Answers with one object.</summary>
    /// <param name="outcome">The object, or the failure to answer instead.</param>
    /// <param name="message">What was done.</param>
    public static IResult One<T>(Outcome<T> outcome, string message)
        where T : notnull =>
        One(outcome, _ => message);

    /// <summary>Answers with one object, with a message that depends on it.</summary>
    public static IResult One<T>(Outcome<T> outcome, Func<T, string> message)
        where T : notnull =>
        outcome.Succeeded(out var data, out var failure)
            ? Enveloped(data, message(data), StatusCodes.Status200OK)
            : Refused(failure);

    /// <summary>Answers with one object and its entity tag; with 304 where the caller holds that state of it already.</summary>
    /// <param name="outcome">The object, or the failure to answer instead.</param>
    /// <param name="message">What was done.</param>
    /// <param name="tag">The object's entity tag.</param>
    public static IResult Tagged<T>(Outcome<T> outcome, Func<T, string> message, Func<T, EntityTagHeaderValue> tag)
        where T : notnull =>
        outcome.Succeeded(out var data, out var failure)
            ? Enveloped(data, message(data), StatusCodes.Status200OK) with { Tag = tag(data) }
            : Refused(failure);

    /// <summary>Answers with an object that was created, and where it is to be found.</summary>
    /// <param name="outcome">The object, or the failure to answer instead.</param>
    /// <param name="message">What was done.</param>
    /// <param name="location">The object's path within the API.</param>
    /// <param name="tag">The object's entity tag, where its routes take <see cref="IfMatch"/>.</param>
    public static IResult Created<T>(
        Outcome<T> outcome, string message, Func<T, string> location, Func<T, EntityTagHeaderValue>? tag = null)
        where T : notnull =>
        outcome.Succeeded(out var data, out var failure)
            ? Enveloped(data, message, StatusCodes.Status201Created, HttpExtensions.ApiPath + location(data)) with
            {
                Tag = tag?.Invoke(data),
            }
            : Refused(failure);

    /// <summary>Answers with an object that was created and whose work goes on elsewhere, and where it is to be found.</summary>
    /// <inheritdoc cref="Created"/>
    public static IResult Accepted<T>(Outcome<T> outcome, string message, Func<T, string> location)
        where T : notnull =>
        outcome.Succeeded(out var data, out var failure)
            ? Enveloped(data, message, StatusCodes.Status202Accepted, HttpExtensions.ApiPath + location(data))
            : Refused(failure);

    /// <summary>Answers with objects that were created together.</summary>
    public static IResult CreatedAll<T>(IReadOnlyList<T> data, string message) => Enveloped(data, message, StatusCodes.Status201Created);

    /// <summary>Answers with one page of a list.</summary>
    /// <param name="outcome">The page, or the failure to answer instead.</param>
    /// <param name="request">The request for the page, whose address the links repeat.</param>
    /// <param name="message">What was done.</param>
    public static IResult List<T>(Outcome<Page<T>> outcome, PageRequest request, string message) =>
        outcome.Succeeded(out var page, out var failure)
            ? new JsonAnswer<ListEnvelope<T>>(
                new()
                {
                    Data = page.Items,
                    Links = request.LinksTo(page.Total, page.Pin),
                    Meta = request.MetaOf(page.Items.Count, page.Total),
                    Message = message,
                    HttpStatus = StatusCodes.Status200OK,
                },
                StatusCodes.Status200OK)
            : Refused(failure);

    /// <summary>Answers with a refusal.</summary>
    public static IResult Refused(Failure failure) => new ErrorAnswer(StatusOf(failure.Kind), failure.Code, failure.Message, failure.Errors);

    /// <summary>Answers with an error that no <see cref="Failure"/> stands for: of the framework, or of the service itself.</summary>
    public static IResult Error(int status, string code, string message) => new ErrorAnswer(status, code, message, null);

    private static JsonAnswer<Envelope<T>> Enveloped<T>(T data, string message, int status, string? location = null) =>
        new(new() { Data = data, Message = message, HttpStatus = status }, status, location);

    private static int StatusOf(FailureKind kind) => kind switch
    {
        FailureKind.Malformed => StatusCodes.Status400BadRequest,
        FailureKind.Forbidden => StatusCodes.Status403Forbidden,
        FailureKind.NotFound => StatusCodes.Status404NotFound,
        FailureKind.Conflict => StatusCodes.Status409Conflict,
        FailureKind.PreconditionFailed => StatusCodes.Status412PreconditionFailed,
        FailureKind.BodyTooLarge => StatusCodes.Status413PayloadTooLarge,
        FailureKind.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        FailureKind.Invalid => StatusCodes.Status422UnprocessableEntity,
    };

    private sealed class ErrorAnswer(int status, string code, string message, FieldErrors? errors) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var envelope = new ErrorEnvelope
            {
                Code = code,
                Message = message,
                Errors = errors,
                HttpStatus = status,
                RequestId = httpContext.TraceIdentifier,
            };
            return new JsonAnswer<ErrorEnvelope>(envelope, status).ExecuteAsync(httpContext);
        }
    }

    private sealed record JsonAnswer<T>(T Body, int Status, string? Location = null) : IResult
    {
        public EntityTagHeaderValue? Tag { get; init; }

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = Status;
            response.Headers[HeaderNames.CacheControl] = "no-store";
            if (Location is not null)
            {
                response.Headers[HeaderNames.Location] = Location;
            }

            if (Tag is not null)
            {
                response.Headers[HeaderNames.ETag] = Tag.ToString();
                if (HttpMethods.IsGet(httpContext.Request.Method) && Tag.IsHeldBy(httpContext.Request))
                {
                    response.StatusCode = StatusCodes.Status304NotModified;
                    return Task.CompletedTask;
                }
            }

            var type = (JsonTypeInfo<T>)Readable.GetTypeInfo(typeof(T))!;
            return response.WriteAsJsonAsync(Body, type, contentType: null, httpContext.RequestAborted);
        }
    }
}
