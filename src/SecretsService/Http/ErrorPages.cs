using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using SecretsService.Contracts;
using SecretsService.Storage;

namespace SecretsService.Http;

/// <summary>Puts what the framework answers by itself, and what was thrown, into the envelope.</summary>
internal static class ErrorPages
{
    /// <summary>Answers that the framework gave without a body: an unknown route, a method that a route does not have.</summary>
    public static Task AnswerStatusAsync(StatusCodeContext context)
    {
        var request = context.HttpContext.Request;
        var status = context.HttpContext.Response.StatusCode;
        var answer = status switch
        {
            StatusCodes.Status404NotFound => Answer.Error(
                status, ErrorCodes.RouteNotFound, "There is no such route. /swagger lists those that there are."),
            StatusCodes.Status405MethodNotAllowed => Answer.Error(
                status, ErrorCodes.MethodNotAllowed, $"This route does not have the method {Known(request.Method)}. The Allow header lists those it has."),
            _ => Answer.Error(status, ErrorCodes.Other, $"The request was answered with status {status}."),
        };
        return answer.ExecuteAsync(context.HttpContext);
    }

    /// <summary>Answers for an exception: 503 where the database cannot be reached, 500 for a fault of the service.</summary>
    public static Task AnswerExceptionAsync(HttpContext context)
    {
        var exception = context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error;
        if (exception.IsUnavailable())
        {
            context.Response.Headers.RetryAfter = "1";
            return Answer.Error(
                StatusCodes.Status503ServiceUnavailable,
                ErrorCodes.Unavailable,
                "The database cannot be reached at the moment. Send the request again in a second.").ExecuteAsync(context);
        }

        var answer = exception switch
        {
            BadHttpRequestException bad => Answer.Error(
                bad.StatusCode, ErrorCodes.Malformed, "The request is not framed as HTTP has it."),
            Cryptography.SealedValueException or Cryptography.KeyMissingException => Answer.Error(
                StatusCodes.Status500InternalServerError,
                ErrorCodes.ValueUnreadable,
                "A stored value could not be opened, so nothing was handed out. The service's log names it under this request id."),
            _ => Answer.Error(
                StatusCodes.Status500InternalServerError,
                ErrorCodes.InternalError,
                "The service failed. Its log has the details under this request id."),
        };
        return answer.ExecuteAsync(context);
    }

    private static string Known(string method) => method.Length <= 16 ? method : "asked for";
}
