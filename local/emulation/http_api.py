"""CORS of an HTTP API that CloudFormation made."""

from ministack.services import apigateway

headers_of = apigateway._cors_response_headers


def response_headers(configuration, origin):
    """CloudFormation spells AllowOrigins what the API calls allowOrigins; the emulator keeps the one and reads the other."""
    return headers_of(spelled(configuration), origin)


def spelled(configuration) -> dict:
    return {name[0].lower() + name[1:]: value for name, value in (configuration or {}).items()}


preflight = apigateway._cors_preflight_response
apigateway._cors_response_headers = response_headers
apigateway._cors_preflight_response = lambda configuration, origin: preflight(spelled(configuration), origin)
