"""The parts of a WebSocket API that CloudFormation makes."""

import json

from ministack.services import apigateway
from ministack.services.cloudformation import provisioners


def resource_of(create, delete) -> dict:
    """A CloudFormation resource made and deleted by the emulator's own calls; any change replaces it, as on AWS."""

    def made(logical_id, props, stack_name):
        status, _headers, body = create(props)
        if status >= 300:
            raise ValueError(body.decode())
        answer = json.loads(body)
        return answer.get("deploymentId") or answer["routeResponseId"], {}

    return {"create": made, "delete": delete}


def route_of(props: dict) -> str:
    """The emulator's Ref of a route has the API's id before it, AWS's has not."""
    return props["RouteId"].rsplit("/", 1)[-1]


# CloudFormation knows the parts of a WebSocket API but for these two.
provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Deployment"] = resource_of(
    lambda props: apigateway._create_deployment(props["ApiId"], {"description": props.get("Description", "")}),
    lambda deployment, props: apigateway._delete_deployment(props["ApiId"], deployment))
provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::RouteResponse"] = resource_of(
    lambda props: apigateway._create_route_response(
        props["ApiId"], route_of(props), {"routeResponseKey": props["RouteResponseKey"]}),
    lambda response, props: apigateway._delete_route_response(props["ApiId"], route_of(props), response))
