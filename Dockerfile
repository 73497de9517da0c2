FROM mcr.microsoft.com/dotnet/sdk:10.0-alpine AS build
WORKDIR /source

# The packages change less often than the code: their layer is kept.
COPY .editorconfig Directory.Build.props ./
COPY src/Directory.Packages.props src/BannedSymbols.txt src/
COPY src/SecretsService.Contracts/*.csproj src/SecretsService.Contracts/
COPY src/SecretsService.Cryptography/*.csproj src/SecretsService.Cryptography/
COPY src/SecretsService/*.csproj src/SecretsService/*.props src/SecretsService/
RUN dotnet restore src/SecretsService

COPY src/ src/
RUN dotnet publish src/SecretsService --no-restore --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-alpine
WORKDIR /app
COPY --from=build /app ./
ENV ASPNETCORE_ENVIRONMENT=Production \
    ASPNETCORE_HTTP_PORTS=8080 \
    DOTNET_EnableDiagnostics=0
EXPOSE 8080
# The unprivileged user of the base image: uid 1654.
USER $APP_UID
ENTRYPOINT ["dotnet", "SecretsService.dll"]
