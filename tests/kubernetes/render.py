"""The resources of a kustomization, checked against the schemas of Kubernetes, as a JSON array.

    python3 render.py FOLDER VERSION      VERSION of Kubernetes, e.g. 1.37

Only what ours use of kustomize: resources, components, images and generated ConfigMaps, without patches or hashes in names.
Needs kubernetes-validate and PyYAML. Fails at a resource that is against its schema or has none, but for KEDA's.
"""
import json
import sys
from pathlib import Path

import kubernetes_validate
import yaml

KNOWN = {'apiVersion', 'kind', 'namespace', 'labels', 'resources', 'components', 'images', 'configMapGenerator'}


def config_map(generator, folder):
    data = dict(literal.split('=', 1) for literal in generator.get('literals', []))
    for file in generator.get('files', []):
        name, path = file.split('=')
        data[name] = (folder / path).read_text()
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': generator['name']}, 'data': data}


def containers(resource):
    return resource.get('spec', {}).get('template', {}).get('spec', {}).get('containers', [])


def render(folder):
    kustomization = yaml.safe_load((folder / 'kustomization.yaml').read_text())
    unknown = kustomization.keys() - KNOWN
    if unknown:
        sys.exit(f'{folder}: render.py does not know {sorted(unknown)}')
    images = {image['name']: f'{image["newName"]}:{image["newTag"]}' for image in kustomization.get('images', [])}
    for entry in kustomization['resources'] + kustomization.get('components', []):
        path = folder / entry
        for resource in render(path) if path.is_dir() else yaml.safe_load_all(path.read_text()):
            for container in containers(resource):
                container['image'] = images.get(container['image'], container['image'])
            yield resource
    for generator in kustomization.get('configMapGenerator', []):
        yield config_map(generator, folder)


documents = list(render(Path(sys.argv[1])))
for document in documents:
    try:
        kubernetes_validate.validate(document, sys.argv[2], strict=True)
    except kubernetes_validate.SchemaNotFoundError as error:
        if not document['apiVersion'].startswith('keda.sh/'):
            sys.exit(str(error))
    except kubernetes_validate.ValidationError as error:
        sys.exit(f'{document["kind"]} {document["metadata"]["name"]}: {error.message}')
print(json.dumps(documents))
